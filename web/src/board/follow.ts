// Changes without end: a lost connection is opened again, from the last cursor that was seen.
import { type Client, Failure } from './client';
import { CHANGES } from './documents';
import type { Change } from './types';

const WAIT_MAX_MS = 8_000;

export type Link = 'connecting' | 'live' | 'away';

/**
 * Every change after `since`, each at least once, until the signal is aborted.
 * Throws Failure where trying again is no use.
 */
export async function* follow(
  client: Client,
  since: string,
  onLink: (link: Link) => void,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  let attempt = 0;
  onLink('connecting');
  while (!signal.aborted) {
    try {
      const connected = () => {
        attempt = 0;
        onLink('live');
      };
      const changes = client.subscribe<{ ticketChanged: Change }>(
        CHANGES,
        { since },
        connected,
        signal,
      );
      for await (const { ticketChanged } of changes) {
        since = ticketChanged.cursor;
        yield ticketChanged;
      }
    } catch (error) {
      if (error instanceof Failure && (error.isAboutKey || error.code === 'CURSOR_EXPIRED')) {
        throw error;
      }
    }
    if (signal.aborted) return;
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
