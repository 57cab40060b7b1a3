// Keys: arrows go from card to card, Alt and an arrow take the card along, Enter opens it.
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Session } from './session';
import { type Board, columnOf } from './store';
import type { Status } from './types';

export interface Walk {
  onKeyDown: (event: KeyboardEvent) => void;
  /** Move a card, and keep the focus on it. */
  move: (id: string, status: Status, index: number) => void;
  /** Focus a card as soon as it is drawn. */
  focus: (id: string) => void;
}

export const cardId = (id: string) => `card-${id}`;

export function useWalk(session: Session): Walk {
  const wanted = useRef<string | null>(null);

  // A card that changes columns is drawn anew, without the focus it had.
  useLayoutEffect(() => {
    const card = wanted.current && document.getElementById(cardId(wanted.current));
    if (!card) return;
    wanted.current = null;
    card.focus();
    card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  return useMemo(() => {
    const focus = (id: string) => {
      wanted.current = id;
    };
    const move = (id: string, status: Status, index: number) => {
      focus(id);
      session.move(id, status, index);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const card = (event.target as Element).closest<HTMLElement>('[data-ticket]');
      const { board, choices } = session.state.get();
      if (!card || card !== event.target || !board || !event.key.startsWith('Arrow')) return;
      const from = placeOf(board, card.dataset.ticket as string);
      if (!from) return;
      const to = neighbour(board, from, event.key, event.altKey);
      event.preventDefault();
      if (!to) return;
      if (!event.altKey) {
        const id = columnOf(board, to.status).ids[to.index];
        if (id) document.getElementById(cardId(id))?.focus();
      } else if (choices?.mayWrite) {
        move(from.id, to.status, to.index);
      }
    };
    return { onKeyDown, move, focus };
  }, [session]);
}

interface Place {
  id: string;
  status: Status;
  index: number;
}

function placeOf(board: Board, id: string): Place | null {
  const status = board.tickets.get(id)?.status;
  return status ? { id, status, index: columnOf(board, status).ids.indexOf(id) } : null;
}

/** Where an arrow leads; null at the edge. Walking skips empty columns, carrying does not. */
function neighbour(board: Board, from: Place, key: string, isCarrying: boolean): Place | null {
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const index = from.index + (key === 'ArrowUp' ? -1 : 1);
    const { length } = columnOf(board, from.status).ids;
    return index < 0 || index >= length ? null : { ...from, index };
  }
  const step = key === 'ArrowLeft' ? -1 : 1;
  let at = board.columns.findIndex((each) => each.status === from.status) + step;
  while (!isCarrying && board.columns[at]?.ids.length === 0) at += step;
  const column = board.columns[at];
  if (!column) return null;
  const last = isCarrying ? column.ids.length : column.ids.length - 1;
  return { ...from, status: column.status, index: Math.min(from.index, last) };
}
