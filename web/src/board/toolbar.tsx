// What is shown: a search, a repository, an assignee, labels. All of it stands in the address.
import { useEffect, useRef } from 'preact/hooks';
import { EVERYTHING, type Filter, isEverything } from './filters';
import type { Session, State } from './session';
import { nameOf, repositoryName } from './types';

const TYPING_MS = 250;

export function Toolbar({ session, state }: { session: Session; state: State }) {
  const { filter, choices } = state;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const search = useRef<HTMLInputElement>(null);
  const show = (part: Partial<Filter>) => {
    clearTimeout(timer.current);
    session.show({ ...session.state.get().filter, ...part });
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <search class="filters">
      <input
        ref={search}
        type="search"
        aria-label="Search"
        placeholder="Search"
        defaultValue={filter.text}
        onInput={(event) => {
          const text = event.currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = setTimeout(() => show({ text }), TYPING_MS);
        }}
      />
      <select
        aria-label="Repository"
        value={filter.repository ?? ''}
        onChange={(event) => show({ repository: Number(event.currentTarget.value) || null })}
      >
        <option value="">All repositories</option>
        {choices?.repositories.map((each) => (
          <option key={each.id} value={each.databaseId}>
            {repositoryName(each)}
          </option>
        ))}
      </select>
      <select
        aria-label="Assignee"
        value={filter.assignee ?? ''}
        onChange={(event) => {
          const { value } = event.currentTarget;
          show({ assignee: value === 'none' ? 'none' : Number(value) || null });
        }}
      >
        <option value="">Everybody</option>
        <option value="none">Nobody</option>
        {choices?.users.map((each) => (
          <option key={each.id} value={each.databaseId}>
            {nameOf(each)}
          </option>
        ))}
      </select>
      <select
        aria-label="Label"
        value=""
        onChange={(event) => {
          const { value } = event.currentTarget;
          event.currentTarget.value = '';
          if (value) show({ labels: [...filter.labels, value] });
        }}
      >
        <option value="">{filter.labels.length ? 'And label…' : 'All labels'}</option>
        {choices?.labels
          .filter((each) => !filter.labels.includes(each.name))
          .map((each) => (
            <option key={each.name} value={each.name}>
              {each.name}
            </option>
          ))}
      </select>
      {filter.labels.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-label={`Stop filtering by ${name}`}
          onClick={() => show({ labels: filter.labels.filter((each) => each !== name) })}
        >
          {name} <span aria-hidden="true">×</span>
        </button>
      ))}
      {!isEverything(filter) && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            if (search.current) search.current.value = '';
            show(EVERYTHING);
          }}
        >
          Show all
        </button>
      )}
    </search>
  );
}
