// Audits the server at the given URL against GraphQL over HTTP; prints one JSON line an audit.
import { auditServer } from "graphql-http";

const [url, key] = process.argv.slice(2);
const fetchFn = (input, init = {}) => {
  const headers = key ? { ...init.headers, "x-api-key": key } : init.headers;
  return fetch(input, { ...init, headers });
};
for (const { id, name, status, reason } of await auditServer({ url, fetchFn })) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
