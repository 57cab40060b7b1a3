// The page: a bar, the columns, and the words that are said about what happens.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Client, Failure } from './client';
import { ColumnView } from './column';
import { fromAddress } from './filters';
import type { Link } from './follow';
import { type Anchor, MoveMenu } from './menu';
import { useValue } from './observable';
import { Session } from './session';
import { Toolbar } from './toolbar';
import type { Status } from './types';
import { useWalk } from './walk';

const LINKS: Record<Link, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  away: 'Offline, trying again…',
};

export interface AppProps {
  client: Client;
  onLeave: (failure?: Failure) => void;
}

export function App({ client, onLeave }: AppProps) {
  const session = useMemo(() => new Session(client, fromAddress(location.search)), [client]);
  const state = useValue(session.state);
  const [menu, setMenu] = useState<Anchor | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const walk = useWalk(session);

  useEffect(() => {
    session.run();
    return () => session.end();
  }, [session]);

  const { board, choices, failure } = state;
  useEffect(() => {
    if (failure?.isAboutKey) onLeave(failure);
  }, [failure, onLeave]);

  return (
    <>
      <header class="bar">
        <h1 class="brand">
          <a href="/">gql-tickets</a>
          <span>{choices?.organization}</span>
        </h1>
        <Toolbar session={session} state={state} />
        <p class={`link ${state.link}`} role="status">
          <span aria-hidden="true" />
          {LINKS[state.link]}
        </p>
        <button type="button" class="quiet" onClick={() => onLeave()}>
          Change key
        </button>
      </header>
      <main class="board" aria-label="Board" aria-busy={!board} onKeyDown={walk.onKeyDown}>
        {board && choices
          ? board.columns.map((column) => (
              <ColumnView
                key={column.status}
                column={column}
                tickets={board.tickets}
                busy={state.busy}
                choices={choices}
                session={session}
                editing={editing}
                onEdit={setEditing}
                onMenu={setMenu}
                walk={walk}
              />
            ))
          : [0, 1, 2, 3, 4].map((each) => <section key={each} class="column ghost" />)}
        {failure && !board && (
          <p class="sorry" role="alert">
            {failure.message} Trying again…
          </p>
        )}
      </main>
      {menu && board && (
        <MoveMenu
          anchor={menu}
          board={board}
          onMove={(status: Status, index: number) => walk.move(menu.id, status, index)}
          onEdit={() => setEditing(menu.id)}
          onClose={() => setMenu(null)}
        />
      )}
      <div class="notices">
        {state.notices.map(({ id, text }) => (
          <p key={id} class="notice" role="alert">
            {text}
            <button type="button" aria-label="Dismiss" onClick={() => session.dismiss(id)}>
              ×
            </button>
          </p>
        ))}
      </div>
      <p class="unseen" id="card-help">
        Enter edits, arrows walk, Alt and an arrow move.
      </p>
      <p class="unseen" aria-live="polite">
        {state.spoken}
      </p>
    </>
  );
}
