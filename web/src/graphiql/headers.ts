// The headers tab holds the API key. It is kept while the browser's tab is open, and no longer,
// unless GraphiQL's own setting "Persist headers" asks for it.

const HEADERS = 'gql-tickets:headers';

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
  return localStorage.getItem('graphiql:shouldPersistHeaders') === 'true';
}
