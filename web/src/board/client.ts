// The whole GraphQL client: a POST for queries and mutations, a WebSocket for subscriptions.
import { createClient } from 'graphql-ws';

/** A request that was not carried out: `code` is the schema's ErrorCode, or NETWORK. */
export class Failure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  /** Whether another key is what is needed. */
  get isAboutKey(): boolean {
    return KEY_CODES.has(this.code);
  }
}

const KEY_CODES = new Set([
  'AUTH_REQUIRED',
  'INVALID_TOKEN',
  'API_KEY_EXPIRED',
  'API_KEY_DISABLED',
  'INSUFFICIENT_SCOPE',
]);
const PING_MS = 10_000;
const PONG_MS = 5_000;

export class Client {
  constructor(
    private readonly endpoint: string,
    private readonly key: string,
  ) {}

  /** The `data` of a query or mutation. Throws Failure. */
  async request<Data>(query: string, variables: object = {}): Promise<Data> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': this.key },
      body: JSON.stringify({ query, variables }),
    }).catch(() => {
      throw new Failure('NETWORK', 'The server cannot be reached.');
    });
    const { data, errors } = await response.json().catch(() => ({}));
    if (errors?.length) throw failureOf(errors[0]);
    if (!data) throw new Failure('NETWORK', `The server answered ${response.status}.`);
    return data;
  }

  /** One subscription on a socket of its own; it ends by throwing when the socket does. */
  async *subscribe<Data>(
    query: string,
    variables: Record<string, unknown>,
    onConnected: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<Data> {
    const url = new URL(this.endpoint, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    let late: ReturnType<typeof setTimeout>;
    const hangUp = () => socket.terminate();
    const socket = createClient({
      url: url.href,
      connectionParams: { 'X-API-Key': this.key },
      retryAttempts: 0, // the caller tries again, from the last cursor that it has seen
      keepAlive: PING_MS,
      on: {
        connected: onConnected,
        // A network that went away without a word is noticed by a pong that stays out.
        ping: (received) => {
          if (!received) late = setTimeout(hangUp, PONG_MS);
        },
        pong: (received) => {
          if (received) clearTimeout(late);
        },
        closed: () => clearTimeout(late),
      },
    });
    addEventListener('offline', hangUp);
    signal.addEventListener('abort', hangUp);
    try {
      for await (const { data, errors } of socket.iterate<Data>({ query, variables })) {
        if (errors?.length) throw failureOf(errors[0]);
        if (data) yield data;
      }
    } catch (error) {
      throw asFailure(error);
    } finally {
      removeEventListener('offline', hangUp);
      signal.removeEventListener('abort', hangUp);
      socket.dispose();
    }
  }
}

function failureOf(error: unknown): Failure {
  const { message, extensions } = error as { message: string; extensions?: { code?: string } };
  return new Failure(extensions?.code ?? 'INTERNAL_ERROR', message);
}

/** Errors of a subscription come as GraphQL's errors, or as the reason a socket was closed for. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (Array.isArray(error)) return failureOf(error[0]);
  const { code, reason = '' } = error as { code?: number; reason?: string };
  const [said, message] = reason.split(': ', 2);
  if (code === 4403) return new Failure(said || 'INVALID_TOKEN', message ?? reason);
  return new Failure('NETWORK', 'The connection was lost.');
}
