// The board as a value, and what becomes of it. Nothing here talks to anybody. A column is another
// object whenever one of its tickets is.
import type { BoardAnswer, Page, Status, Ticket } from './types';

export interface Column {
  readonly status: Status;
  /** The tickets that are loaded, in order: the start of the column. */
  readonly ids: readonly string[];
  /** How many there are in all. */
  readonly total: number;
  /** Where the next page begins; null when everything is loaded. */
  readonly next: string | null;
}

export interface Board {
  readonly columns: readonly Column[];
  readonly tickets: ReadonlyMap<string, Ticket>;
}

export function loaded(answer: BoardAnswer): Board {
  const columns = answer.board.columns;
  return {
    columns: columns.map(({ status, totalCount, tickets }) => ({
      status,
      ids: tickets.nodes.map((ticket) => ticket.id),
      total: totalCount,
      next: nextOf(tickets),
    })),
    tickets: new Map(columns.flatMap((each) => each.tickets.nodes).map((one) => [one.id, one])),
  };
}

/** The column with another page at its end. */
export function extended(board: Board, status: Status, page: Page): Board {
  const tickets = new Map(board.tickets);
  const fresh = page.nodes.filter((ticket) => !tickets.has(ticket.id));
  for (const ticket of fresh) tickets.set(ticket.id, ticket);
  return withColumn({ ...board, tickets }, status, (column) => ({
    ...column,
    ids: [...column.ids, ...fresh.map((ticket) => ticket.id)],
    next: nextOf(page),
  }));
}

/** The ticket as it is now, where its position puts it. */
export function placed(board: Board, ticket: Ticket): Board {
  const known = board.tickets.get(ticket.id);
  const without = known ? removed(board, ticket.id) : board;
  const column = columnOf(without, ticket.status);
  const found = column.ids.findIndex(
    (id) => (without.tickets.get(id) as Ticket).position > ticket.position,
  );
  const total = column.total + 1;
  // Past the last loaded card of a longer column its place is on a page that is not here yet.
  if (found < 0 && column.next !== null) {
    return withColumn(without, ticket.status, (each) => ({ ...each, total }));
  }
  return inserted(without, ticket, found < 0 ? column.ids.length : found);
}

/** The ticket at a place that was chosen, until the server says what its position is. */
export function moved(board: Board, id: string, status: Status, index: number): Board {
  const ticket = board.tickets.get(id);
  return ticket ? inserted(removed(board, id), { ...ticket, status }, index) : board;
}

export function removed(board: Board, id: string): Board {
  const ticket = board.tickets.get(id);
  if (!ticket) return board;
  const tickets = new Map(board.tickets);
  tickets.delete(id);
  return withColumn({ ...board, tickets }, ticket.status, (column) => ({
    ...column,
    ids: column.ids.filter((each) => each !== id),
    total: column.total - 1,
  }));
}

/** The numbers above the columns, as the server counts them. */
export function counted(board: Board, totals: ReadonlyMap<Status, number>): Board {
  return {
    ...board,
    columns: board.columns.map((each) => ({
      ...each,
      total: totals.get(each.status) ?? each.total,
    })),
  };
}

export function columnOf(board: Board, status: Status): Column {
  return board.columns.find((each) => each.status === status) as Column;
}

function inserted(board: Board, ticket: Ticket, index: number): Board {
  const tickets = new Map(board.tickets).set(ticket.id, ticket);
  return withColumn({ ...board, tickets }, ticket.status, (column) => ({
    ...column,
    ids: column.ids.toSpliced(index, 0, ticket.id),
    total: column.total + 1,
  }));
}

function withColumn(board: Board, status: Status, change: (column: Column) => Column): Board {
  return {
    ...board,
    columns: board.columns.map((each) => (each.status === status ? change(each) : each)),
  };
}

function nextOf(page: Page): string | null {
  return page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
}
