import { describe, expect, it } from 'vitest';
import {
  EVERYTHING,
  fromAddress,
  isEverything,
  matches,
  toAddress,
  toInput,
} from '../src/board/filters';
import { label, ticket } from './tickets';

const some = {
  text: 'a b&c',
  repository: 2,
  assignee: 'none',
  labels: ['css', 'good, bad'],
} as const;

describe('a filter', () => {
  it('survives the address', () => {
    expect(fromAddress(toAddress(some))).toEqual(some);
    expect(fromAddress(toAddress({ ...some, assignee: 5 }))).toEqual({ ...some, assignee: 5 });
    expect(toAddress(EVERYTHING)).toBe('');
    expect(isEverything(fromAddress(''))).toBe(true);
  });

  it('takes nonsense in an address for nothing', () => {
    expect(fromAddress('?repository=x&assignee=-1&other=1')).toEqual(EVERYTHING);
  });

  it('is a TicketFilter', () => {
    expect(toInput(EVERYTHING)).toEqual({});
    expect(toInput(some, 'DONE')).toEqual({
      text: 'a b&c',
      repository: { in: [{ databaseId: 2 }] },
      assignee: { isNull: true },
      labels: { allOf: ['css', 'good, bad'] },
      status: { in: ['DONE'] },
    });
    expect(toInput({ ...EVERYTHING, assignee: 5 })).toEqual({
      assignee: { in: [{ databaseId: 5 }] },
    });
  });

  it('tells which tickets it shows', () => {
    const person = { id: 'u5', databaseId: 5, name: 'Mei', username: null };
    const one = ticket('1', { assignee: person, labels: [label('a'), label('b')] });
    const shows = (part: object) => matches({ ...EVERYTHING, ...part }, one);
    expect(shows({})).toBe(true);
    expect(shows({ assignee: 5 })).toBe(true);
    expect(shows({ assignee: 6 })).toBe(false);
    expect(shows({ assignee: 'none' })).toBe(false);
    expect(shows({ labels: ['b', 'a'] })).toBe(true);
    expect(shows({ labels: ['a', 'c'] })).toBe(false);
    expect(shows({ repository: 1 })).toBe(false);
  });

  it('leaves a search to the server, unless something else rules the ticket out', () => {
    expect(matches({ ...EVERYTHING, text: 'x' }, ticket('1'))).toBeNull();
    expect(matches({ ...EVERYTHING, text: 'x', repository: 1 }, ticket('1'))).toBe(false);
  });
});
