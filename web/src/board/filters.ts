// What the board shows: kept in the address, sent as a TicketFilter, and tested on what changes.
import type { Status, Ticket } from './types';

export interface Filter {
  text: string;
  repository: number | null;
  assignee: number | 'none' | null;
  labels: readonly string[];
}

export const EVERYTHING: Filter = { text: '', repository: null, assignee: null, labels: [] };

export function fromAddress(search: string): Filter {
  const query = new URLSearchParams(search);
  const assignee = query.get('assignee');
  return {
    text: query.get('text') ?? '',
    repository: number(query.get('repository')),
    assignee: assignee === 'none' ? 'none' : number(assignee),
    labels: query.getAll('label'),
  };
}

export function toAddress(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.text) query.set('text', filter.text);
  if (filter.repository !== null) query.set('repository', String(filter.repository));
  if (filter.assignee !== null) query.set('assignee', String(filter.assignee));
  for (const label of filter.labels) query.append('label', label);
  return query.size ? `?${query}` : '';
}

/** The schema's TicketFilter; `status` narrows it to one column. */
export function toInput(filter: Filter, status?: Status): object {
  return {
    ...(filter.text && { text: filter.text }),
    ...(filter.repository !== null && {
      repository: { in: [{ databaseId: filter.repository }] },
    }),
    ...(filter.assignee !== null && {
      assignee:
        filter.assignee === 'none' ? { isNull: true } : { in: [{ databaseId: filter.assignee }] },
    }),
    ...(filter.labels.length && { labels: { allOf: filter.labels } }),
    ...(status && { status: { in: [status] } }),
  };
}

/** Whether the ticket is shown; null when only the server can tell, as for a search. */
export function matches(filter: Filter, ticket: Ticket): boolean | null {
  const carried = new Set(ticket.labels.map((label) => label.name));
  const isShown =
    (filter.repository === null || ticket.repository?.databaseId === filter.repository) &&
    (filter.assignee === null ||
      (filter.assignee === 'none'
        ? ticket.assignee === null
        : ticket.assignee?.databaseId === filter.assignee)) &&
    filter.labels.every((name) => carried.has(name));
  return isShown && filter.text ? null : isShown;
}

export function isEverything(filter: Filter): boolean {
  return toAddress(filter) === '';
}

function number(text: string | null): number | null {
  return text && /^\d+$/.test(text) ? Number(text) : null;
}
