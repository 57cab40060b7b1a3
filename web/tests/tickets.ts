import type { BoardAnswer, Label, Status, Ticket } from '../src/board/types';
import { STATUSES } from '../src/board/types';

/** A ticket of which only what matters is said. */
export function ticket(id: string, part: Partial<Ticket> = {}): Ticket {
  return {
    id,
    slug: `AM-${id}`,
    title: `Ticket ${id}`,
    type: 'TASK',
    status: 'TODO',
    priority: 'MEDIUM',
    position: id,
    version: 1,
    assignee: null,
    repository: null,
    labels: [],
    ...part,
  };
}

export function label(name: string): Label {
  return { name, color: '#336699' };
}

/** What the server answers for a board of these columns; `more` names those that go on. */
export function answer(
  columns: Partial<Record<Status, Ticket[]>>,
  more: Partial<Record<Status, number>> = {},
): BoardAnswer {
  return {
    board: {
      columns: STATUSES.map((status) => ({
        status,
        totalCount: (columns[status]?.length ?? 0) + (more[status] ?? 0),
        tickets: {
          nodes: (columns[status] ?? []).map((each) => ({ ...each, status })),
          pageInfo: { hasNextPage: status in more, endCursor: status in more ? 'next' : null },
        },
      })),
    },
  };
}
