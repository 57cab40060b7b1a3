// "Move to…": what dragging does, for fingers and for everybody who does not drag.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type Board, columnOf } from './store';
import { STATUS_NAMES, STATUSES, type Status } from './types';

export interface Anchor {
  id: string;
  button: HTMLElement;
}

export interface MenuProps {
  anchor: Anchor;
  board: Board;
  onMove: (status: Status, index: number) => void;
  onEdit: () => void;
  onClose: () => void;
}

const MARGIN = 8;

export function MoveMenu({ anchor, board, onMove, onEdit, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const ticket = board.tickets.get(anchor.id);

  useLayoutEffect(() => {
    const element = menu.current as HTMLDivElement;
    element.showPopover();
    const at = anchor.button.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const left = Math.min(at.right - width, innerWidth - width - MARGIN);
    const top = at.bottom + height + MARGIN > innerHeight ? at.top - height - 4 : at.bottom + 4;
    element.style.left = `${Math.max(MARGIN, left)}px`;
    element.style.top = `${Math.max(MARGIN, top)}px`;
    element.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
  }, [anchor]);

  useEffect(() => {
    if (!ticket) onClose(); // somebody deleted it
  }, [ticket, onClose]);
  if (!ticket) return null;

  const { ids } = columnOf(board, ticket.status);
  const at = ids.indexOf(ticket.id);
  const act = (what: () => void) => () => {
    onClose();
    what();
  };
  const close = () => {
    onClose();
    if (anchor.button.isConnected && menu.current?.contains(document.activeElement)) {
      anchor.button.focus();
    }
  };

  return (
    <div
      ref={menu}
      class="menu"
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={`Move ${ticket.slug} to`}
      onToggle={(event) => event.newState === 'closed' && onClose()}
      onKeyDown={(event) => {
        const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^=menuitem]')];
        const here = items.indexOf(document.activeElement as HTMLElement);
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) {
          event.preventDefault();
          items.at((here + step) % items.length)?.focus();
        }
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault();
          close();
        }
      }}
    >
      <p aria-hidden="true">Move {ticket.slug} to</p>
      {STATUSES.map((status) => (
        <button
          key={status}
          type="button"
          role="menuitemradio"
          aria-checked={status === ticket.status}
          onClick={act(() => status !== ticket.status && onMove(status, 0))}
        >
          {STATUS_NAMES[status]}
        </button>
      ))}
      <hr />
      <button
        type="button"
        role="menuitem"
        disabled={at === 0}
        onClick={act(() => onMove(ticket.status, at - 1))}
      >
        Up
      </button>
      <button
        type="button"
        role="menuitem"
        disabled={at === ids.length - 1}
        onClick={act(() => onMove(ticket.status, at + 1))}
      >
        Down
      </button>
      <button
        type="button"
        role="menuitem"
        disabled={at === 0}
        onClick={act(() => onMove(ticket.status, 0))}
      >
        Top of the column
      </button>
      <hr />
      <button type="button" role="menuitem" onClick={act(onEdit)}>
        Edit…
      </button>
    </div>
  );
}
