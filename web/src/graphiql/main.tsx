/** @jsxImportSource react */
// GraphiQL over the server's own schema, with the product's examples in its first tabs.
import 'graphiql/setup-workers/vite';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { type DocumentNode, Kind, parse } from 'graphql';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/standard.css';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { config } from '../shared/page';
import { EXAMPLES } from './examples';
import { isKeyKept, rememberHeaders, sessionHeaders, storageWithoutKey } from './headers';
import './graphiql.css';

const { endpoint, key } = config<{ endpoint: string; key: string | null }>();

const socket = new URL(endpoint, location.href);
socket.protocol = socket.protocol.replace('http', 'ws');

// Over the socket the headers tab travels as the payload of connection_init.
const send = createGraphiQLFetcher({ url: endpoint, subscriptionUrl: socket.href });
const headers = sessionHeaders(key);

/** For a moment after a change of tabs GraphiQL still goes by the document of the one before. */
const fetcher: Fetcher = (params, options) => {
  const documentAST = parsed(params.query);
  if (!documentAST) return send(params, options);
  const names = documentAST.definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION && each.name ? [each.name.value] : [],
  );
  const { operationName, ...rest } = params;
  const name = names.find((each) => each === operationName) ?? names[0];
  return send(name ? { ...rest, operationName: name } : rest, { ...options, documentAST });
};

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null; // the server says what is wrong with it
  }
}

createRoot(document.getElementById('app') as HTMLElement).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, explorerPlugin()]}
    defaultTabs={EXAMPLES.map((query) => ({ query, headers }))}
    initialHeaders={headers}
    defaultHeaders={headers}
    onEditHeaders={rememberHeaders}
    storage={storageWithoutKey(key)}
    shouldPersistHeaders={isKeyKept()}
    showPersistHeadersSettings
    defaultEditorToolsVisibility="headers"
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>
      <a className="home" href="/">
        gql-tickets
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
