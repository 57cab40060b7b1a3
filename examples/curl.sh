#!/bin/sh
# Lists through REST, asks through GraphQL, and reads a few seconds of events: sh curl.sh
server=${TICKETS_URL:-http://localhost:8000}
key="X-API-Key: ${TICKETS_KEY:-amk_your_api_key_here}"

curl -sS "$server/api/v1/ext/orgs/my-org/tickets?status=todo&limit=2" -H "$key"
echo
curl -sS "$server/graphql" -H "$key" -H "Content-Type: application/json" \
  -d '{"query": "{ board { columns { status totalCount } } }"}'
echo
curl -sSN --max-time "${SECONDS_MAX:-3}" "$server/graphql" -H "$key" -H "Accept: text/event-stream" \
  -H "Content-Type: application/json" -d '{"query": "{ syncCursor }"}'
