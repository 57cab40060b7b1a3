// Changes without end: a lost connection is opened again, from the last cursor that was seen.
import { type Client, Failure } from './client';
import { CHANGES } from './documents';
import type { Change } from './types';

const WAIT_MAX_MS = 8_000;

export type Link = 'connecting' | 'live' | 'away';

/** Every change after `since`, each at least once. Throws Failure where trying again is no use. */
export async function* follow(
  client: Client,
  since: string,
  onLink: (link: Link) => void,
): AsyncGenerator<Change> {
  let attempt = 0;
  onLink('connecting');
  for (;;) {
    try {
      const changes = client.subscribe<{ ticketChanged: Change }>(CHANGES, { since }, () => {
        attempt = 0;
        onLink('live');
      });
      for await (const { ticketChanged } of changes) {
        since = ticketChanged.cursor;
        yield ticketChanged;
      }
    } catch (error) {
      if (error instanceof Failure && (error.isAboutKey || error.code === 'CURSOR_EXPIRED')) {
        throw error;
      }
    }
    onLink('away');
    await pause(Math.min(WAIT_MAX_MS, 250 * 2 ** attempt++) * (0.5 + Math.random() / 2));
  }
}

/** Wait, but not past the moment when the browser says that the network is back. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
  });
}
