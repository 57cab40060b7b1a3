// Labels to take off, and a line to put one on, known or new.
import type { Label } from './types';

export interface ChipsProps {
  id: string;
  names: readonly string[];
  choices: readonly Label[];
  onChange: (names: string[]) => void;
}

export function Chips({ id, names, choices, onChange }: ChipsProps) {
  const add = (field: HTMLInputElement) => {
    const fresh = field.value
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name && !names.includes(name));
    field.value = '';
    if (fresh.length) onChange([...names, ...fresh]);
  };
  return (
    <>
      <label for={id}>Labels</label>
      <div class="chips">
        {names.map((name) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-label={`Remove the label ${name}`}
            onClick={() => onChange(names.filter((each) => each !== name))}
          >
            {name} <span aria-hidden="true">×</span>
          </button>
        ))}
        <input
          id={id}
          list={`${id}-known`}
          placeholder="Add a label"
          onChange={(event) => add(event.currentTarget)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !event.currentTarget.value) return;
            event.preventDefault();
            event.stopPropagation();
            add(event.currentTarget);
          }}
        />
        <datalist id={`${id}-known`}>
          {choices
            .filter((each) => !names.includes(each.name))
            .map((each) => (
              <option key={each.name} value={each.name} />
            ))}
        </datalist>
      </div>
    </>
  );
}
