import { beforeEach, describe, expect, it, vi } from 'vitest';
import { rememberHeaders, sessionHeaders, storageWithoutKey } from '../src/graphiql/headers';

/** The part of a browser's storage that is used. */
function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
    clear: () => kept.clear(),
    get length() {
      return kept.size;
    },
  };
}

const HISTORY = JSON.stringify({ queries: [{ query: '{ a }', headers: '{"X-API-Key":"amk_1"}' }] });

beforeEach(() => {
  vi.stubGlobal('localStorage', storage());
  vi.stubGlobal('sessionStorage', storage());
});

describe('the headers tab', () => {
  it('begins with the known key, and then with what was written', () => {
    expect(JSON.parse(sessionHeaders('amk_demo'))).toEqual({ 'X-API-Key': 'amk_demo' });
    expect(JSON.parse(sessionHeaders(null))).toEqual({ 'X-API-Key': '' });
    rememberHeaders('{}');
    expect(sessionHeaders('amk_demo')).toBe('{}');
  });

  it('is not kept in the history, which gets the headers of the session back', () => {
    const kept = storageWithoutKey(null);
    kept.setItem('graphiql:queries', HISTORY);
    expect(localStorage.getItem('graphiql:queries')).not.toContain('amk_1');
    rememberHeaders('{"X-API-Key":"amk_2"}');
    expect(kept.getItem('graphiql:queries')).toContain('amk_2');
    kept.setItem('graphiql:theme', 'dark');
    expect(localStorage.getItem('graphiql:theme')).toBe('dark');
  });

  it('is kept when that was asked for', () => {
    localStorage.setItem('graphiql:shouldPersistHeaders', 'true');
    storageWithoutKey(null).setItem('graphiql:queries', HISTORY);
    expect(localStorage.getItem('graphiql:queries')).toBe(HISTORY);
  });
});
