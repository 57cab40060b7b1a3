// A column: its cards, a place to drop one, a way to add one, and more as one scrolls down.
import { useEffect, useRef, useState } from 'preact/hooks';
import { CardView } from './card';
import { Composer } from './composer';
import { EditorView } from './editor';
import { memo } from './memo';
import type { Anchor } from './menu';
import type { Session } from './session';
import type { Column } from './store';
import { type Choices, STATUS_NAMES, type Ticket } from './types';
import type { Walk } from './walk';

export const DRAGGED = 'application/x-ticket';

export interface ColumnProps {
  column: Column;
  tickets: ReadonlyMap<string, Ticket>;
  busy: ReadonlySet<string>;
  choices: Choices;
  session: Session;
  editing: string | null;
  onEdit: (id: string | null) => void;
  onMenu: (anchor: Anchor) => void;
  walk: Walk;
}

export const ColumnView = memo(Drawn, 'tickets');

function Drawn(props: ColumnProps) {
  const { column, tickets, busy, choices, session, editing, onEdit, onMenu, walk } = props;
  const { status, ids, total, next } = column;
  const list = useRef<HTMLUListElement>(null);
  const [isAdding, setAdding] = useState(false);
  const [drop, setDrop] = useState<number | null>(null);
  const [visited, setVisited] = useState<string | null>(null);
  const title = `column-${status}`;
  const stop = visited && ids.includes(visited) ? visited : ids[0];

  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes(DRAGGED)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'move';
    setDrop(list.current ? indexAt(list.current, event.clientY) : 0);
  };
  const onDrop = (event: DragEvent) => {
    const id = event.dataTransfer?.getData(DRAGGED);
    if (!id || drop === null) return;
    event.preventDefault();
    setDrop(null);
    // The place is counted among the others: those above it lose the card that is carried.
    const from = ids.indexOf(id);
    const index = from >= 0 && from < drop ? drop - 1 : drop;
    if (from !== index) walk.move(id, status, index);
  };

  const cards = ids.map((id) => {
    const ticket = tickets.get(id) as Ticket;
    const isOpen = editing === id;
    return (
      <li key={id} class={isOpen ? 'open' : ''}>
        {isOpen ? (
          <EditorView
            ticket={ticket}
            choices={choices}
            session={session}
            onClose={() => {
              walk.focus(id);
              onEdit(null);
            }}
          />
        ) : (
          <CardView
            ticket={ticket}
            isBusy={busy.has(id)}
            mayWrite={choices.mayWrite}
            isStop={id === stop}
            onEdit={onEdit}
            onMenu={onMenu}
          />
        )}
      </li>
    );
  });
  if (drop !== null) cards.splice(drop, 0, <li key="drop" class="drop" aria-hidden="true" />);

  return (
    <section
      class="column"
      aria-labelledby={title}
      onDragOver={onDragOver}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDrop(null);
      }}
      onDrop={onDrop}
    >
      <header>
        <h2 id={title}>{STATUS_NAMES[status]}</h2>
        <span class="count">
          {total}
          <span class="unseen"> tickets</span>
        </span>
        {choices.mayWrite && (
          <button
            type="button"
            class="icon"
            aria-label={`Add a ticket to ${STATUS_NAMES[status]}`}
            aria-expanded={isAdding}
            onClick={() => setAdding(!isAdding)}
          >
            +
          </button>
        )}
      </header>
      {isAdding && (
        <Composer
          label={`New ticket in ${STATUS_NAMES[status]}`}
          onCreate={(text) => session.create(status, text)}
          onClose={() => setAdding(false)}
        />
      )}
      <ul
        ref={list}
        aria-labelledby={title}
        onFocusIn={(event) => {
          const card = (event.target as Element).closest<HTMLElement>('[data-ticket]');
          if (card) setVisited(card.dataset.ticket as string);
        }}
      >
        {cards}
        {next !== null && (
          <More key={next} onSeen={() => session.more(status)} left={total - ids.length} />
        )}
      </ul>
      {ids.length === 0 && !isAdding && drop === null && <p class="empty">Nothing here.</p>}
    </section>
  );
}

/** The end of what is loaded; more is asked for before it comes into view. */
function More({ onSeen, left }: { onSeen: () => void; left: number }) {
  const end = useRef<HTMLLIElement>(null);
  const seen = useRef(onSeen);
  seen.current = onSeen;
  useEffect(() => {
    const element = end.current as HTMLLIElement;
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && seen.current(),
      { root: element.parentElement, rootMargin: '600px 0px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <li ref={end} class="more">
      <button type="button" onClick={onSeen}>
        {left} more
      </button>
    </li>
  );
}

/** Between which cards a height lies: a search by halves, for a column may be long. */
function indexAt(list: HTMLUListElement, y: number): number {
  const items = list.querySelectorAll(':scope > li:not(.drop, .more)');
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { top, height } = (items[middle] as Element).getBoundingClientRect();
    if (y < top + height / 2) high = middle;
    else low = middle + 1;
  }
  return low;
}
