// One person at one board: what they see, what they do, and what others do meanwhile.
import type { Client, Failure } from './client';
import { BOARD, COUNTS, CREATE, MOVE, START, UPDATE } from './documents';
import type { Draft } from './draft';
import { type Filter, isEverything, matches, toAddress, toInput } from './filters';
import { follow, type Link, pause } from './follow';
import { Observable } from './observable';
import * as store from './store';
import type {
  BoardAnswer,
  Change,
  Choices,
  Status,
  Ticket,
  TicketPayload,
  UserError,
} from './types';
import { STATUS_NAMES } from './types';

const PAGE = 50;
const SETTLE_MS = 250;
const NOTICE_MS = 7_000;
const RETRY_MS = 2_000;

export interface State {
  board: store.Board | null;
  choices: Choices | null;
  filter: Filter;
  link: Link;
  /** Tickets whose writes are under way. */
  busy: ReadonlySet<string>;
  notices: readonly { id: number; text: string }[];
  /** What a screen reader is to say. */
  spoken: string;
  /** Why there is nothing to show. */
  failure: Failure | null;
}

export type Outcome =
  | { kind: 'done'; ticket: Ticket }
  | { kind: 'conflict'; current: Ticket }
  | { kind: 'refused'; message: string };

export class Session {
  readonly state: Observable<State>;
  /** What is being written, by ticket, and what was there when it was begun. */
  readonly drafts = new Map<string, { base: Ticket; draft: Draft }>();
  private readonly waiting = new Map<string, Promise<unknown>>();
  private readonly deferred = new Map<string, Change>();
  private readonly loadingMore = new Set<Status>();
  private early: Change[] | null = [];
  private reload: ReturnType<typeof setTimeout> | undefined;
  private recount: ReturnType<typeof setTimeout> | undefined;
  private noticeId = 0;
  private load = 0;
  private readonly over = new AbortController();

  constructor(
    private readonly client: Client,
    filter: Filter,
  ) {
    this.state = new Observable<State>({
      board: null,
      choices: null,
      filter,
      link: 'connecting',
      busy: new Set(),
      notices: [],
      spoken: '',
      failure: null,
    });
  }

  /** Read everything, then follow what happens, until the session ends. */
  async run(): Promise<void> {
    const { signal } = this.over;
    const onLink = (link: Link) => this.state.set({ link });
    while (!signal.aborted) {
      try {
        const since = await this.start();
        for await (const change of follow(this.client, since, onLink, signal)) {
          if (this.early) this.early.push(change);
          else this.apply(change);
        }
      } catch (error) {
        const failure = error as Failure;
        // The log no longer reaches back to where we were: read everything again.
        if (failure.code === 'CURSOR_EXPIRED') continue;
        if (signal.aborted) return;
        this.state.set({ failure, link: 'away' });
        if (failure.isAboutKey) return;
        await pause(RETRY_MS);
      }
    }
  }

  end(): void {
    this.over.abort();
  }

  private async start(): Promise<string> {
    const data = await this.client.request<{
      syncCursor: string;
      viewer: { organization: { name: string }; scopes: string[] };
      users: { nodes: Choices['users'] };
      repositories: { nodes: Choices['repositories'] };
      labels: { nodes: Choices['labels'] };
    }>(START);
    this.state.set({
      failure: null,
      choices: {
        organization: data.viewer.organization.name,
        mayWrite: data.viewer.scopes.includes('TICKETS_WRITE'),
        users: data.users.nodes,
        repositories: data.repositories.nodes,
        labels: data.labels.nodes,
      },
    });
    await this.read(this.state.get().filter);
    return data.syncCursor;
  }

  /** Show what matches a filter; the address says so too. */
  async show(filter: Filter): Promise<void> {
    await this.read(filter).catch((error: Failure) => this.notify(error.message));
  }

  private async read(filter: Filter): Promise<void> {
    const load = ++this.load;
    history.replaceState(null, '', location.pathname + toAddress(filter));
    this.state.set({ filter });
    this.early ??= [];
    try {
      const asked = { filter: toInput(filter), first: PAGE };
      const answer = await this.client.request<BoardAnswer>(BOARD, asked);
      if (load === this.load) this.state.set({ board: store.loaded(answer) });
    } finally {
      // Where another filter was chosen meanwhile, its answer is still to come.
      if (load === this.load) this.catchUp();
    }
  }

  /** Load the next page of a column. */
  async more(status: Status): Promise<void> {
    const { board, filter } = this.state.get();
    const after = board && store.columnOf(board, status).next;
    if (!after || this.loadingMore.has(status)) return;
    const load = this.load;
    this.loadingMore.add(status);
    try {
      const answer = await this.client.request<BoardAnswer>(BOARD, {
        filter: toInput(filter, status),
        first: PAGE,
        after,
      });
      const page = answer.board.columns.find((each) => each.status === status)?.tickets;
      if (page && load === this.load) this.change((now) => store.extended(now, status, page));
    } catch (error) {
      this.notify((error as Failure).message);
    } finally {
      this.loadingMore.delete(status);
    }
  }

  /** Put a ticket at a place of a column: at once on the screen, then on the server. */
  async move(id: string, status: Status, index: number): Promise<void> {
    const { board } = this.state.get();
    const ticket = board?.tickets.get(id);
    if (!board || !ticket) return;
    const others = store.columnOf(board, status).ids.filter((each) => each !== id);
    const at = Math.max(0, Math.min(index, others.length));
    const above = others[at - 1];
    this.change((now) => store.moved(now, id, status, at));
    this.speak(
      `${ticket.slug} moved to ${STATUS_NAMES[status]}, position ${at + 1} of ${others.length + 1}.`,
    );
    const place = above ? { after: { id: above } } : { first: true };
    const outcome = await this.write(
      ticket,
      MOVE,
      { status, place },
      (before, current) =>
        // Moved by somebody else: theirs stands. Changed in another way: the move still makes sense.
        before.status === current.status && before.position === current.position,
    );
    if (outcome.kind === 'conflict') {
      const { slug, status: column } = outcome.current;
      this.notify(`${slug} was moved to ${STATUS_NAMES[column]} meanwhile. It stays there.`);
    } else if (outcome.kind === 'refused') {
      this.notify(`${ticket.slug} was not moved: ${outcome.message}`);
    }
  }

  /** Change fields of a ticket, unless somebody else changed the same ones since it was read. */
  update(ticket: Ticket, patch: object, isUnchanged: (current: Ticket) => boolean) {
    return this.write(ticket, UPDATE, { patch }, (_before, current) => isUnchanged(current));
  }

  async create(status: Status, title: string): Promise<Outcome> {
    const { filter } = this.state.get();
    // What the filter asks for, the new ticket gets: else it would not be seen.
    const input = {
      title,
      status,
      idempotencyKey: randomKey(),
      ...(filter.repository !== null && { repository: { databaseId: filter.repository } }),
      ...(typeof filter.assignee === 'number' && { assignee: { databaseId: filter.assignee } }),
      labels: filter.labels,
    };
    try {
      const outcome = outcomeOf(await this.client.request(CREATE, { input }));
      if (outcome.kind === 'done') {
        this.see(outcome.ticket, true);
        this.speak(`${outcome.ticket.slug} created in ${STATUS_NAMES[status]}.`);
      }
      return outcome;
    } catch (error) {
      return { kind: 'refused', message: (error as Failure).message };
    }
  }

  dismiss(id: number): void {
    this.state.set({ notices: this.state.get().notices.filter((each) => each.id !== id) });
  }

  speak(spoken: string): void {
    this.state.set({ spoken });
  }

  /** One write after another to the same ticket, each against the version before it. */
  private async write(
    ticket: Ticket,
    document: string,
    arguments_: object,
    mayRetry: (before: Ticket, current: Ticket) => boolean,
  ): Promise<Outcome> {
    const { id } = ticket;
    const before = this.waiting.get(id) ?? Promise.resolve(ticket);
    this.state.set({ busy: new Set(this.state.get().busy).add(id) });
    const mine = before.then(async (known): Promise<[Outcome, Ticket]> => {
      let base = (known as Ticket) ?? ticket;
      for (;;) {
        const input = { ticket: { id }, ...arguments_, expectedVersion: base.version };
        const outcome = await this.send(document, input);
        if (outcome.kind === 'done') return [outcome, outcome.ticket];
        if (outcome.kind === 'refused') return [outcome, base];
        if (!mayRetry(base, outcome.current)) return [outcome, outcome.current];
        base = outcome.current;
      }
    });
    const latest = mine.then(([, now]) => now);
    this.waiting.set(id, latest);
    const [outcome, now] = await mine;
    if (this.waiting.get(id) === latest) this.settle(id, now);
    return outcome;
  }

  private async send(document: string, input: object): Promise<Outcome> {
    try {
      return outcomeOf(await this.client.request(document, { input }));
    } catch (error) {
      return { kind: 'refused', message: (error as Failure).message };
    }
  }

  /** The last write of a ticket is answered: show what the server knows. */
  private settle(id: string, ticket: Ticket): void {
    this.waiting.delete(id);
    const busy = new Set(this.state.get().busy);
    busy.delete(id);
    this.state.set({ busy });
    this.see(ticket);
    const change = this.deferred.get(id);
    this.deferred.delete(id);
    if (change) this.apply(change);
  }

  private apply(change: Change): void {
    const { board } = this.state.get();
    if (!board) return;
    if (this.waiting.has(change.ticketId)) {
      this.deferred.set(change.ticketId, change); // our own write is under way: first its answer
      return;
    }
    const known = board.tickets.get(change.ticketId);
    if (!change.ticket) {
      this.change((now) => store.removed(now, change.ticketId));
      if (!known) this.countSoon();
      if (this.drafts.delete(change.ticketId)) this.notify(`${change.slug} was deleted meanwhile.`);
      return;
    }
    if (known && known.version >= change.ticket.version) return;
    this.see(change.ticket, change.kind === 'CREATED');
  }

  /** Show a ticket as it is now, or no longer. */
  private see(ticket: Ticket, isNew = false): void {
    const { filter, board } = this.state.get();
    const isShown = matches(filter, ticket);
    const known = board?.tickets.get(ticket.id);
    if (isShown === null) {
      this.change((now) => (known ? store.placed(now, ticket) : now));
      this.loadSoon();
      return;
    }
    if (!isShown) {
      this.change((now) => store.removed(now, ticket.id));
      if (!known && !isEverything(filter)) this.countSoon();
      return;
    }
    this.change((now) => store.placed(now, ticket));
    // Which column counted a ticket that was not loaded, only the server knows.
    if (!known && !(isNew && this.state.get().board?.tickets.has(ticket.id))) this.countSoon();
    this.learn(ticket);
  }

  /** Labels that are new become choices. */
  private learn(ticket: Ticket): void {
    const { choices } = this.state.get();
    const names = new Set(choices?.labels.map((label) => label.name));
    const fresh = ticket.labels.filter((label) => !names.has(label.name));
    if (choices && fresh.length) {
      this.state.set({ choices: { ...choices, labels: [...choices.labels, ...fresh] } });
    }
  }

  private catchUp(): void {
    const early = this.early ?? [];
    this.early = null;
    for (const change of early) this.apply(change);
  }

  private loadSoon(): void {
    clearTimeout(this.reload);
    this.reload = setTimeout(() => this.show(this.state.get().filter), SETTLE_MS);
  }

  private countSoon(): void {
    clearTimeout(this.recount);
    this.recount = setTimeout(async () => {
      const load = this.load;
      const filter = toInput(this.state.get().filter);
      const answer = await this.client
        .request<BoardAnswer>(COUNTS, { filter })
        .catch(() => undefined); // the next change counts again
      if (!answer || load !== this.load) return;
      const totals = new Map(answer.board.columns.map((each) => [each.status, each.totalCount]));
      this.change((now) => store.counted(now, totals));
    }, SETTLE_MS);
  }

  private change(step: (board: store.Board) => store.Board): void {
    const { board } = this.state.get();
    if (board) this.state.set({ board: step(board) });
  }

  private notify(text: string): void {
    const id = ++this.noticeId;
    this.state.set({ notices: [...this.state.get().notices, { id, text }] });
    setTimeout(() => this.dismiss(id), NOTICE_MS);
  }
}

function outcomeOf({ result }: { result: TicketPayload }): Outcome {
  if (result.ticket) return { kind: 'done', ticket: result.ticket };
  const [error] = result.userErrors as [UserError];
  if (error.code === 'VERSION_CONFLICT' && error.current) {
    return { kind: 'conflict', current: error.current };
  }
  return { kind: 'refused', message: error.message };
}

/** Also where the page came over plain HTTP, and crypto.randomUUID is missing. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-');
}
