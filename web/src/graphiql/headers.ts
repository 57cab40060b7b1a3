// The headers tab holds the API key. It is kept while the browser's tab is open, and no longer,
// unless GraphiQL's own setting "Persist headers" asks for it.
import type { Storage as Kept } from '@graphiql/toolkit';

const HEADERS = 'gql-tickets:headers';
const PERSIST = 'graphiql:shouldPersistHeaders';
/** Where GraphiQL's history keeps requests, with their headers and whatever its setting says. */
const HISTORIES: Record<string, string> = {
  'graphiql:queries': 'queries',
  'graphiql:favorites': 'favorites',
};

/** The headers of this session; the demo's key, or a place to write one, in a new session. */
export function sessionHeaders(key: string | null): string {
  const fresh = JSON.stringify({ 'X-API-Key': key ?? '' }, null, 2);
  return sessionStorage.getItem(HEADERS) ?? fresh;
}

export function rememberHeaders(headers: string): void {
  sessionStorage.setItem(HEADERS, headers);
}

/** Whether the person asked for the headers to be kept. */
export function isKeyKept(): boolean {
  return localStorage.getItem(PERSIST) === 'true';
}

/** localStorage, but that the history in it has no headers; what is read gets the session's. */
export function storageWithoutKey(key: string | null): Kept {
  const withHeaders = (name: string, text: string, headers?: string) => {
    const list = HISTORIES[name] as string;
    const found = JSON.parse(text) as Record<string, object[]>;
    return JSON.stringify({ [list]: found[list]?.map((each) => ({ ...each, headers })) });
  };
  return {
    get length() {
      return localStorage.length;
    },
    getItem(name) {
      const text = localStorage.getItem(name);
      return text && name in HISTORIES && !isKeyKept()
        ? withHeaders(name, text, sessionHeaders(key))
        : text;
    },
    setItem(name, text) {
      localStorage.setItem(
        name,
        name in HISTORIES && !isKeyKept() ? withHeaders(name, text) : text,
      );
    },
    removeItem: (name) => localStorage.removeItem(name),
    clear: () => localStorage.clear(),
  };
}
