import { describe, expect, it } from 'vitest';
import { differs, draftOf, patchOf } from '../src/board/draft';
import { label, ticket } from './tickets';

const person = { id: 'u1', databaseId: 1, name: 'Mei', username: null };
const before = ticket('1', { title: 'Old', assignee: person, labels: [label('a'), label('b')] });

describe('a draft', () => {
  it('changes nothing until something is changed', () => {
    expect(patchOf(before, draftOf(before))).toBeNull();
    expect(patchOf(before, { ...draftOf(before), title: ' Old ' })).toBeNull();
  });

  it('is a patch of what is another', () => {
    expect(patchOf(before, { ...draftOf(before), title: 'New' })).toEqual({ title: 'New' });
    expect(patchOf(before, { ...draftOf(before), assignee: null })).toEqual({ assignee: null });
    expect(patchOf(before, { ...draftOf(before), assignee: 'u2', priority: 'LOW' })).toEqual({
      assignee: { id: 'u2' },
      priority: 'LOW',
    });
    expect(patchOf(before, { ...draftOf(before), labels: ['b', 'c'] })).toEqual({
      labels: { edit: { add: ['c'], remove: ['a'] } },
    });
  });

  it('is in conflict only with a change of the same fields', () => {
    const patch = { title: 'Mine', labels: { edit: { add: ['c'], remove: [] } } };
    expect(differs(before, { ...before, priority: 'URGENT', version: 2 }, patch)).toBe(false);
    expect(differs(before, { ...before, labels: [label('z')] }, patch)).toBe(false);
    expect(differs(before, { ...before, title: 'Theirs' }, patch)).toBe(true);
    expect(differs(before, { ...before, assignee: null }, { assignee: { id: 'u2' } })).toBe(true);
  });
});
