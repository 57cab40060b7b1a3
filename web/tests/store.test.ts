import { describe, expect, it } from 'vitest';
import * as store from '../src/board/store';
import type { Status } from '../src/board/types';
import { answer, ticket } from './tickets';

const ids = (board: store.Board, status: Status) => store.columnOf(board, status).ids;
const total = (board: store.Board, status: Status) => store.columnOf(board, status).total;

describe('a board', () => {
  const board = store.loaded(answer({ TODO: [ticket('b'), ticket('d')], DONE: [ticket('c')] }));

  it('has the columns of the answer, in its order', () => {
    expect(board.columns.map((each) => each.ids)).toEqual([[], ['b', 'd'], [], [], ['c']]);
    expect(board.columns.map((each) => each.total)).toEqual([0, 2, 0, 0, 1]);
  });

  it('puts a new ticket where its position says', () => {
    expect(ids(store.placed(board, ticket('c2', { position: 'c' })), 'TODO')).toEqual([
      'b',
      'c2',
      'd',
    ]);
    expect(ids(store.placed(board, ticket('a')), 'TODO')).toEqual(['a', 'b', 'd']);
    expect(ids(store.placed(board, ticket('e')), 'TODO')).toEqual(['b', 'd', 'e']);
  });

  it('compares positions bytewise', () => {
    const at = (id: string, position: string) => ticket(id, { position });
    const cased = store.loaded(answer({ TODO: [at('1', 'Z'), at('2', 'a')] }));
    expect(ids(store.placed(cased, at('3', 'a0')), 'TODO')).toEqual(['1', '2', '3']);
    expect(ids(store.placed(cased, at('4', '_')), 'TODO')).toEqual(['1', '4', '2']);
  });

  it('takes a ticket out of the column where it was', () => {
    const after = store.placed(board, ticket('b', { status: 'DONE', position: 'x' }));
    expect(ids(after, 'TODO')).toEqual(['d']);
    expect(ids(after, 'DONE')).toEqual(['c', 'b']);
    expect([total(after, 'TODO'), total(after, 'DONE')]).toEqual([1, 2]);
  });

  it('stays the same when it is placed where it is', () => {
    expect(store.placed(board, ticket('b'))).toEqual(board);
  });

  it('shows a move before the server knows of it', () => {
    const after = store.moved(board, 'd', 'DONE', 0);
    expect(ids(after, 'DONE')).toEqual(['d', 'c']);
    expect(after.tickets.get('d')?.status).toBe('DONE');
    // What it was is put back by placing it.
    expect(store.placed(after, ticket('d'))).toEqual(board);
  });

  it('moves within a column, counted among the others', () => {
    const three = store.loaded(answer({ TODO: [ticket('a'), ticket('b'), ticket('c')] }));
    expect(ids(store.moved(three, 'a', 'TODO', 1), 'TODO')).toEqual(['b', 'a', 'c']);
    expect(ids(store.moved(three, 'a', 'TODO', 2), 'TODO')).toEqual(['b', 'c', 'a']);
    expect(ids(store.moved(three, 'c', 'TODO', 0), 'TODO')).toEqual(['c', 'a', 'b']);
  });

  it('forgets what is deleted, and does not mind what it never knew', () => {
    const after = store.removed(board, 'b');
    expect(ids(after, 'TODO')).toEqual(['d']);
    expect(after.tickets.has('b')).toBe(false);
    expect(store.removed(board, 'nosuch')).toBe(board);
    expect(store.moved(board, 'nosuch', 'DONE', 0)).toBe(board);
  });

  it('leaves columns that it does not touch the same objects', () => {
    const after = store.placed(board, ticket('b', { title: 'New', version: 2 }));
    expect(after.columns.map((each, at) => each === board.columns[at])).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  it('leaves the board before it as it was', () => {
    const before = structuredClone({ columns: board.columns, tickets: [...board.tickets] });
    store.placed(store.moved(store.removed(board, 'b'), 'd', 'DONE', 0), ticket('a'));
    expect({ columns: board.columns, tickets: [...board.tickets] }).toEqual(before);
  });
});

describe('a column that goes on', () => {
  const board = store.loaded(answer({ TODO: [ticket('b'), ticket('d')] }, { TODO: 3 }));

  it('counts a ticket beyond its last card without showing it', () => {
    const after = store.placed(board, ticket('z'));
    expect(ids(after, 'TODO')).toEqual(['b', 'd']);
    expect(total(after, 'TODO')).toBe(6);
    expect(after.tickets.has('z')).toBe(false);
  });

  it('drops a card that was moved beyond its last one', () => {
    const after = store.placed(board, ticket('b', { position: 'z' }));
    expect(ids(after, 'TODO')).toEqual(['d']);
    expect(total(after, 'TODO')).toBe(5);
  });

  it('grows by a page, without repeating what came in between', () => {
    const [, todo] = answer({ TODO: [ticket('d'), ticket('e')] }).board.columns;
    const after = store.extended(
      board,
      'TODO',
      todo?.tickets ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } },
    );
    expect(ids(after, 'TODO')).toEqual(['b', 'd', 'e']);
    expect(store.columnOf(after, 'TODO').next).toBeNull();
    expect(total(after, 'TODO')).toBe(5);
  });

  it('is counted anew by the server', () => {
    const after = store.counted(board, new Map([['TODO', 9] as const]));
    expect([total(after, 'TODO'), total(after, 'DONE')]).toEqual([9, 0]);
  });
});
