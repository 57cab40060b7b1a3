// A card, opened in its place: title, priority, assignee and labels.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Chips } from './chips';
import { type Draft, differs, draftOf, patchOf } from './draft';
import type { Session } from './session';
import {
  type Choices,
  nameOf,
  PRIORITIES,
  PRIORITY_NAMES,
  type Priority,
  STATUS_NAMES,
  type Ticket,
} from './types';

export interface EditorProps {
  ticket: Ticket;
  choices: Choices;
  session: Session;
  onClose: () => void;
}

export function EditorView({ ticket, choices, session, onClose: close }: EditorProps) {
  // A card that somebody moves is drawn anew in another column: what was written is kept elsewhere.
  const begun = session.drafts.get(ticket.id) ?? { base: ticket, draft: draftOf(ticket) };
  // What was there when the person began: a patch is the difference to it.
  const [base, setBase] = useState(begun.base);
  const [draft, setDraft] = useState(begun.draft);
  const [flaw, setFlaw] = useState('');
  const [theirs, setTheirs] = useState<Ticket | null>(null);
  const title = useRef<HTMLTextAreaElement>(null);
  useEffect(() => title.current?.select(), []);
  useEffect(() => {
    session.drafts.set(ticket.id, { base, draft });
  }, [session, ticket.id, base, draft]);

  const onClose = () => {
    session.drafts.delete(ticket.id);
    close();
  };
  const isListed = choices.users.some((each) => each.id === ticket.assignee?.id);
  const people = ticket.assignee && !isListed ? [ticket.assignee, ...choices.users] : choices.users;
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const id = (name: string) => `${name}-${ticket.id}`;

  const save = async (over: Ticket = base) => {
    const patch = patchOf(over, draft);
    if (!patch) return onClose();
    const outcome = await session.update(over, patch, (current) => !differs(over, current, patch));
    if (outcome.kind === 'done') return onClose();
    if (outcome.kind === 'conflict') {
      setTheirs(outcome.current);
      setBase(outcome.current);
    } else {
      setFlaw(outcome.message);
    }
  };

  return (
    <form
      class="editor"
      aria-label={`Edit ${ticket.slug}`}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) save();
      }}
    >
      <p class="slug">
        {ticket.slug} · {STATUS_NAMES[ticket.status]}
      </p>
      <label for={id('title')}>Title</label>
      <textarea
        id={id('title')}
        ref={title}
        value={draft.title}
        maxLength={500}
        rows={2}
        required
        onInput={(event) => set({ title: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          save();
        }}
      />
      <label for={id('priority')}>Priority</label>
      <select
        id={id('priority')}
        value={draft.priority}
        onChange={(event) => set({ priority: event.currentTarget.value as Priority })}
      >
        {PRIORITIES.map((each) => (
          <option key={each} value={each}>
            {PRIORITY_NAMES[each]}
          </option>
        ))}
      </select>
      <label for={id('assignee')}>Assignee</label>
      <select
        id={id('assignee')}
        value={draft.assignee ?? ''}
        onChange={(event) => set({ assignee: event.currentTarget.value || null })}
      >
        <option value="">Nobody</option>
        {people.map((each) => (
          <option key={each.id} value={each.id}>
            {nameOf(each)}
          </option>
        ))}
      </select>
      <Chips
        id={id('labels')}
        names={draft.labels}
        choices={choices.labels}
        onChange={(labels) => set({ labels })}
      />
      {theirs && (
        <div class="conflict" role="alert">
          <p>
            Somebody changed {ticket.slug} while you were editing. It now reads “{theirs.title}”,{' '}
            {PRIORITY_NAMES[theirs.priority].toLowerCase()},{' '}
            {theirs.assignee ? nameOf(theirs.assignee) : 'nobody assigned'}
            {theirs.labels.length > 0 && `, ${theirs.labels.map((one) => one.name).join(', ')}`}.
          </p>
          <button
            type="button"
            onClick={() => {
              setDraft(draftOf(theirs));
              setTheirs(null);
            }}
          >
            Take theirs
          </button>
          <button type="button" onClick={() => save(theirs)}>
            Keep mine
          </button>
        </div>
      )}
      <p class="refusal" role="alert">
        {flaw}
      </p>
      {!theirs && (
        <div class="row">
          <button type="submit" class="primary">
            Save
          </button>
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      )}
    </form>
  );
}
