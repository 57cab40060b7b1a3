import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Client, Failure } from '../src/board/client';
import { EVERYTHING, type Filter } from '../src/board/filters';
import { Session } from '../src/board/session';
import { columnOf } from '../src/board/store';
import type { Change, Status, Ticket } from '../src/board/types';
import { answer, label, ticket } from './tickets';

type Input = { ticket: { id: string }; expectedVersion: number } & Record<string, unknown>;

/** A server in a few lines: it answers what it is told to, and remembers what it was asked. */
class Server {
  readonly asked: Input[] = [];
  readonly changes: Change[] = [];
  counts = 0;
  refusal: Failure | null = null;
  away = false;
  board = answer({ TODO: [ticket('a'), ticket('b')], DONE: [ticket('c')] });
  answerTo: (input: Input) => unknown = () => {
    throw new Failure('NETWORK', 'The server cannot be reached.');
  };
  private wake = () => {};

  request(query: string, { input }: { input?: Input } = {}): Promise<unknown> {
    if (this.away) return Promise.reject(new Failure('NETWORK', 'The server cannot be reached.'));
    if (query.includes('query Start')) return Promise.resolve(START);
    if (query.includes('query Board')) return Promise.resolve(this.board);
    if (query.includes('query Counts')) {
      this.counts++;
      return Promise.resolve(this.board);
    }
    this.asked.push(input as Input);
    return Promise.resolve().then(async () => ({ result: await this.answerTo(input as Input) }));
  }

  async *subscribe(): AsyncGenerator<{ ticketChanged: Change }> {
    for (;;) {
      if (this.refusal) {
        const refusal = this.refusal;
        this.refusal = null;
        throw refusal;
      }
      for (const change of this.changes.splice(0)) yield { ticketChanged: change };
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async refuse(refusal: Failure): Promise<void> {
    this.refusal = refusal;
    this.wake();
    await settled();
  }

  async tell(one: Ticket | null, id = one?.id ?? '', kind = 'UPDATED'): Promise<void> {
    this.changes.push({ cursor: 'x', kind, ticketId: id, slug: id, ticket: one });
    this.wake();
    await settled();
  }
}

const START = {
  syncCursor: '0',
  viewer: { organization: { name: 'Acme' }, scopes: ['TICKETS_READ', 'TICKETS_WRITE'] },
  users: { nodes: [] },
  repositories: { nodes: [] },
  labels: { nodes: [] },
};
const done = (one: Ticket) => ({ ticket: one, userErrors: [] });
const conflict = (current: Ticket) => ({
  ticket: null,
  userErrors: [{ code: 'VERSION_CONFLICT', message: 'Changed.', path: [], current }],
});
const settled = () => vi.advanceTimersByTimeAsync(1);

let server: Server;
let session: Session;
const ids = (status: Status) => columnOf(session.state.get().board as never, status).ids;
const total = (status: Status) => columnOf(session.state.get().board as never, status).total;
const begin = async (filter: Filter = EVERYTHING) => {
  session = new Session(server as unknown as Client, filter);
  session.run();
  await settled();
};

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('history', { replaceState: () => {} });
  vi.stubGlobal('location', { pathname: '/board' });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('removeEventListener', () => {});
  server = new Server();
  await begin();
});

describe('a move', () => {
  it('is seen at once and sent against the version that was seen', async () => {
    server.answerTo = () => done(ticket('a', { status: 'DONE', position: 'b', version: 2 }));
    const moving = session.move('a', 'DONE', 0);
    expect(ids('DONE')).toEqual(['a', 'c']);
    expect(session.state.get().busy.has('a')).toBe(true);
    expect(session.state.get().spoken).toContain('AM-a moved to Done, position 1 of 2');
    await moving;
    expect(server.asked).toEqual([
      { ticket: { id: 'a' }, status: 'DONE', place: { first: true }, expectedVersion: 1 },
    ]);
    expect(session.state.get().busy.size).toBe(0);
    expect([total('TODO'), total('DONE')]).toEqual([1, 2]);
  });

  it('names the card above its place', async () => {
    server.answerTo = () => done(ticket('a', { position: 'b1', version: 2 }));
    await session.move('a', 'TODO', 1);
    expect(server.asked[0]).toMatchObject({ place: { after: { id: 'b' } } });
    expect(ids('TODO')).toEqual(['b', 'a']);
  });

  it('is undone when it cannot be sent', async () => {
    await session.move('a', 'DONE', 1);
    expect([ids('TODO'), ids('DONE')]).toEqual([['a', 'b'], ['c']]);
    expect(session.state.get().notices[0]?.text).toContain('was not moved');
  });

  it('gives way to another move, and says so', async () => {
    const theirs = ticket('a', { status: 'IN_REVIEW', position: 'q', version: 5 });
    server.answerTo = () => conflict(theirs);
    await session.move('a', 'DONE', 0);
    expect(ids('IN_REVIEW')).toEqual(['a']);
    expect(session.state.get().notices[0]?.text).toContain('moved to In review meanwhile');
  });

  it('goes on over a change that was no move', async () => {
    server.answerTo = ({ expectedVersion }) =>
      expectedVersion === 1
        ? conflict(ticket('a', { title: 'Theirs', version: 4 }))
        : done(ticket('a', { title: 'Theirs', status: 'DONE', position: 'b', version: 5 }));
    await session.move('a', 'DONE', 0);
    expect(server.asked.map((each) => each.expectedVersion)).toEqual([1, 4]);
    expect(session.state.get().board?.tickets.get('a')).toMatchObject({ title: 'Theirs' });
    expect(ids('DONE')).toEqual(['a', 'c']);
  });

  it('waits for the one before it', async () => {
    let version = 1;
    server.answerTo = ({ status }) => {
      version++;
      return done(ticket('a', { status: status as Status, position: 'a', version }));
    };
    const first = session.move('a', 'IN_PROGRESS', 0);
    const second = session.move('a', 'DONE', 0);
    expect(ids('DONE')).toEqual(['a', 'c']);
    await first;
    expect(ids('DONE')).toEqual(['a', 'c']); // the first answer does not pull it back
    await second;
    expect(server.asked.map((each) => each.expectedVersion)).toEqual([1, 2]);
    expect(ids('DONE')).toEqual(['a', 'c']);
  });
});

describe('a change of somebody else', () => {
  it('moves, adds and takes away', async () => {
    await server.tell(ticket('b', { status: 'DONE', position: 'z', version: 2 }));
    expect([ids('TODO'), ids('DONE')]).toEqual([['a'], ['c', 'b']]);
    await server.tell(ticket('0'), '0', 'CREATED');
    expect([ids('TODO'), total('TODO')]).toEqual([['0', 'a'], 2]);
    await server.tell(null, 'c', 'DELETED');
    expect([ids('DONE'), total('DONE')]).toEqual([['b'], 1]);
    expect(server.counts).toBe(0);
  });

  it('is not news when it is older than what is shown', async () => {
    await server.tell(ticket('a', { title: 'New', version: 3 }));
    await server.tell(ticket('a', { title: 'Old', version: 2 }));
    expect(session.state.get().board?.tickets.get('a')?.title).toBe('New');
  });

  it('waits while an own write is under way', async () => {
    let answerNow = (_: unknown) => {};
    server.answerTo = () =>
      new Promise((resolve) => {
        answerNow = resolve;
      });
    const moving = session.move('a', 'DONE', 0);
    await settled();
    await server.tell(ticket('a', { status: 'BACKLOG', version: 3 }));
    expect(ids('DONE')).toEqual(['a', 'c']);
    answerNow(done(ticket('a', { status: 'DONE', position: 'b', version: 2 })));
    await moving;
    expect([ids('DONE'), ids('BACKLOG')]).toEqual([['c'], ['a']]);
  });

  it('has the columns counted when the ticket was not loaded', async () => {
    await server.tell(ticket('x', { status: 'DONE', version: 7 }));
    await vi.advanceTimersByTimeAsync(500);
    expect(server.counts).toBe(1);
  });

  it('comes and goes with a filter', async () => {
    await begin({ ...EVERYTHING, labels: ['css'] });
    const wears = { labels: [label('css')] };
    await server.tell(ticket('m', { ...wears, version: 2 }));
    expect(ids('TODO')).toContain('m');
    await server.tell(ticket('m', { version: 3 }));
    expect(ids('TODO')).not.toContain('m');
    expect(session.state.get().choices?.labels.map((each) => each.name)).toEqual(['css']);
  });
});

describe('a session', () => {
  it('reads everything again when the log no longer reaches back', async () => {
    server.board = answer({ DONE: [ticket('n')] });
    await server.refuse(new Failure('CURSOR_EXPIRED', 'Too old.'));
    expect([ids('TODO'), ids('DONE')]).toEqual([[], ['n']]);
  });

  it('tries again when the server is away as it begins', async () => {
    server.away = true;
    await begin();
    expect(session.state.get().failure?.code).toBe('NETWORK');
    server.away = false;
    await vi.advanceTimersByTimeAsync(2_500);
    expect(session.state.get().failure).toBeNull();
    expect(ids('TODO')).toEqual(['a', 'b']);
  });

  it('keeps what it shows when another filter cannot be read', async () => {
    server.away = true;
    await session.show({ ...EVERYTHING, text: 'x' });
    expect(session.state.get().notices).toHaveLength(1);
    expect(ids('TODO')).toEqual(['a', 'b']);
  });

  it('ends where the key is refused', async () => {
    await server.refuse(new Failure('INVALID_TOKEN', 'Revoked.'));
    expect(session.state.get().failure?.isAboutKey).toBe(true);
  });
});
