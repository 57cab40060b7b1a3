// One ticket, to read, to take, and to open.

import { DRAGGED } from './column';
import { memo } from './memo';
import type { Anchor } from './menu';
import {
  nameOf,
  type Person,
  PRIORITIES,
  PRIORITY_NAMES,
  type Priority,
  type Ticket,
} from './types';
import { cardId } from './walk';

export interface CardProps {
  ticket: Ticket;
  isBusy: boolean;
  mayWrite: boolean;
  /** Whether the Tab key stops at this card of its column; arrows reach the others. */
  isStop: boolean;
  onEdit: (id: string) => void;
  onMenu: (anchor: Anchor) => void;
}

export const CardView = memo((props: CardProps) => {
  const { ticket, isBusy, mayWrite, isStop, onEdit, onMenu } = props;
  const { id, slug, title } = ticket;
  const tabIndex = isStop ? 0 : -1;
  return (
    <article
      id={cardId(id)}
      class="card"
      data-ticket={id}
      tabIndex={tabIndex}
      aria-labelledby={`slug-${id} title-${id}`}
      aria-describedby="card-help"
      aria-busy={isBusy}
      draggable={mayWrite}
      onDragStart={(event) => {
        event.dataTransfer?.setData(DRAGGED, id);
        event.dataTransfer?.setData('text/plain', `${slug} ${title}`);
        event.currentTarget.classList.add('carried');
      }}
      onDragEnd={(event) => event.currentTarget.classList.remove('carried')}
      onDblClick={() => mayWrite && onEdit(id)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget || !mayWrite) return;
        event.preventDefault();
        onEdit(id);
      }}
    >
      <header>
        <PriorityMark priority={ticket.priority} />
        <span class="slug" id={`slug-${id}`}>
          {slug}
        </span>
        <span class="kind">{ticket.type.toLowerCase()}</span>
        {mayWrite && (
          <button
            type="button"
            class="icon"
            tabIndex={tabIndex}
            aria-label={`Move ${slug} to…`}
            aria-haspopup="menu"
            onClick={(event) => onMenu({ id, button: event.currentTarget })}
          >
            ⋯
          </button>
        )}
      </header>
      <h3 id={`title-${id}`}>{title}</h3>
      {(ticket.labels.length > 0 || ticket.assignee) && (
        <footer>
          {ticket.labels.map((label) => (
            <span key={label.name} class="label">
              <span class="dot" style={{ background: label.color }} />
              {label.name}
            </span>
          ))}
          {ticket.assignee && <Face person={ticket.assignee} />}
        </footer>
      )}
    </article>
  );
});

function PriorityMark({ priority }: { priority: Priority }) {
  const level = PRIORITIES.indexOf(priority);
  return (
    <span class={`priority ${priority.toLowerCase()}`} title={PRIORITY_NAMES[priority]}>
      <svg viewBox="0 0 14 12" aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => (
          <rect
            key={bar}
            x={(bar - 1) * 3.6}
            y={12 - bar * 3}
            width="2.6"
            height={bar * 3}
            rx="0.8"
            class={bar <= level ? 'on' : 'off'}
          />
        ))}
      </svg>
      <span class="unseen">{PRIORITY_NAMES[priority]}</span>
    </span>
  );
}

function Face({ person }: { person: Person }) {
  const name = nameOf(person);
  const initials = name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join('');
  return (
    <span class="face" title={name}>
      <span aria-hidden="true">{initials}</span>
      <span class="unseen">Assigned to {name}</span>
    </span>
  );
}
