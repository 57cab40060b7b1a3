// A line to write a new ticket's title on. It stays open for the next one.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from './session';

export interface ComposerProps {
  label: string;
  onCreate: (title: string) => Promise<Outcome>;
  onClose: () => void;
}

export function Composer({ label, onCreate, onClose }: ComposerProps) {
  const input = useRef<HTMLInputElement>(null);
  const [flaw, setFlaw] = useState('');
  const [isSending, setSending] = useState(false);
  useEffect(() => input.current?.focus(), []);

  const send = async (event: Event) => {
    event.preventDefault();
    const field = input.current as HTMLInputElement;
    if (!field.value.trim() || isSending) return;
    setSending(true);
    const outcome = await onCreate(field.value);
    setSending(false);
    if (outcome.kind === 'done') field.value = '';
    setFlaw(outcome.kind === 'refused' ? outcome.message : '');
    field.focus();
  };

  return (
    <form class="composer" onSubmit={send}>
      <input
        ref={input}
        aria-label={label}
        placeholder="What needs doing?"
        maxLength={500}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
      />
      <div class="row">
        <button type="submit" class="primary" aria-disabled={isSending}>
          Add
        </button>
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <p class="refusal" role="alert">
        {flaw}
      </p>
    </form>
  );
}
