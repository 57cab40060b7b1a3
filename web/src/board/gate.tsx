// Who has no key is asked for one; it is kept as long as the browser's tab is open.
import { useMemo, useState } from 'preact/hooks';
import { App } from './app';
import { Client, type Failure } from './client';

const KEY = 'gql-tickets:key';

export function Gate({ endpoint, knownKey }: { endpoint: string; knownKey: string | null }) {
  const [key, setKey] = useState(() => sessionStorage.getItem(KEY) ?? knownKey);
  const [refusal, setRefusal] = useState('');
  const client = useMemo(() => (key ? new Client(endpoint, key) : null), [endpoint, key]);

  const enter = (given: string) => {
    sessionStorage.setItem(KEY, given);
    setRefusal('');
    setKey(given);
  };
  const leave = (failure?: Failure) => {
    sessionStorage.removeItem(KEY);
    setRefusal(failure?.message ?? '');
    setKey(null);
  };
  return client ? (
    <App client={client} onLeave={leave} />
  ) : (
    <AskForKey refusal={refusal} onKey={enter} />
  );
}

function AskForKey({ refusal, onKey }: { refusal: string; onKey: (key: string) => void }) {
  return (
    <main class="gate">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = String(new FormData(event.currentTarget).get('key')).trim();
          if (key) onKey(key);
        }}
      >
        <p class="brand">
          <a href="/">gql-tickets</a>
        </p>
        <h1>Open the board</h1>
        <p>
          Enter an API key with the scope <code>tickets:read</code>. It is kept until you close this
          tab.
        </p>
        <label for="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="amk_…"
          required
          aria-describedby="refusal"
          aria-invalid={refusal !== ''}
        />
        <p id="refusal" class="refusal" role="alert">
          {refusal}
        </p>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </main>
  );
}
