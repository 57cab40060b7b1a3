// What a person is about to change, and the smallest patch that does it.
import type { Priority, Ticket } from './types';

export interface Draft {
  title: string;
  priority: Priority;
  /** The id of a user. */
  assignee: string | null;
  labels: readonly string[];
}

/** The schema's TicketPatch, as far as a card needs it. */
export interface Patch {
  title?: string;
  priority?: Priority;
  assignee?: { id: string } | null;
  labels?: { edit: { add: string[]; remove: string[] } };
}

export function draftOf(ticket: Ticket): Draft {
  return {
    title: ticket.title,
    priority: ticket.priority,
    assignee: ticket.assignee?.id ?? null,
    labels: namesOf(ticket),
  };
}

/** Only what is another; null when nothing is. Labels are edited, not replaced. */
export function patchOf(ticket: Ticket, draft: Draft): Patch | null {
  const before = draftOf(ticket);
  const add = draft.labels.filter((name) => !before.labels.includes(name));
  const remove = before.labels.filter((name) => !draft.labels.includes(name));
  const patch: Patch = {
    ...(draft.title.trim() !== before.title && { title: draft.title.trim() }),
    ...(draft.priority !== before.priority && { priority: draft.priority }),
    ...(draft.assignee !== before.assignee && {
      assignee: draft.assignee === null ? null : { id: draft.assignee },
    }),
    ...((add.length > 0 || remove.length > 0) && { labels: { edit: { add, remove } } }),
  };
  return Object.keys(patch).length > 0 ? patch : null;
}

/** Whether two states of a ticket differ in what a patch would change: then people must decide. */
export function differs(before: Ticket, now: Ticket, patch: Patch): boolean {
  const was = draftOf(before);
  const is = draftOf(now);
  // Labels that are added and removed by name do not go over those of somebody else.
  return (['title', 'priority', 'assignee'] as const).some(
    (field) => field in patch && was[field] !== is[field],
  );
}

function namesOf(ticket: Ticket): string[] {
  return ticket.labels.map((label) => label.name);
}
