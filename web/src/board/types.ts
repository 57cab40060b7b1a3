// What the documents of this folder return, in the schema's own words.

export const STATUSES = ['BACKLOG', 'TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'] as const;
export const PRIORITIES = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const;

export type Status = (typeof STATUSES)[number];
export type Priority = (typeof PRIORITIES)[number];

export interface Person {
  id: string;
  databaseId: number;
  name: string | null;
  username: string | null;
}

export interface Repository {
  id: string;
  databaseId: number;
  name: string | null;
}

export interface Label {
  name: string;
  color: string;
}

export interface Ticket {
  id: string;
  slug: string;
  title: string;
  type: string;
  status: Status;
  priority: Priority;
  /** Order within the column: compare bytewise, lowest first. */
  position: string;
  version: number;
  assignee: Person | null;
  repository: Repository | null;
  labels: Label[];
}

export interface Page {
  nodes: Ticket[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface BoardAnswer {
  board: { columns: { status: Status; totalCount: number; tickets: Page }[] };
}

export interface Change {
  cursor: string;
  kind: string;
  ticketId: string;
  slug: string;
  /** As it is now; null when it is gone. */
  ticket: Ticket | null;
}

/** Something the caller can put right; `current` is there when somebody else was faster. */
export interface UserError {
  code: string;
  message: string;
  path: string[];
  current?: Ticket | null;
}

export interface TicketPayload {
  ticket: Ticket | null;
  userErrors: UserError[];
}

/** What can be chosen from. */
export interface Choices {
  organization: string;
  mayWrite: boolean;
  users: Person[];
  repositories: Repository[];
  labels: Label[];
}

export const STATUS_NAMES: Record<Status, string> = {
  BACKLOG: 'Backlog',
  TODO: 'To do',
  IN_PROGRESS: 'In progress',
  IN_REVIEW: 'In review',
  DONE: 'Done',
};

export const PRIORITY_NAMES: Record<Priority, string> = {
  NONE: 'No priority',
  LOW: 'Low',
  MEDIUM: 'Medium',
  HIGH: 'High',
  URGENT: 'Urgent',
};

export function nameOf(person: Person): string {
  return person.name ?? person.username ?? `User ${person.databaseId}`;
}

export function repositoryName(repository: Repository): string {
  return repository.name ?? `Repository ${repository.databaseId}`;
}
