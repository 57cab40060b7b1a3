# The pages are built in the first stage, the wheel and everything pinned installed in the second; the
# third has no pip cache, no sources, no compiler and no Node.js. ./dev image builds it on other bases.
ARG NODE_IMAGE=node:22-slim
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
RUN python -m venv /opt/gql-tickets
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY gql_tickets gql_tickets
COPY rest_compat rest_compat
COPY --from=web /src/gql_tickets/web/static gql_tickets/web/static
RUN /opt/gql-tickets/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 tickets \
 && useradd --uid 10001 --gid tickets --no-create-home --shell /usr/sbin/nologin tickets \
 && install --directory --owner=tickets --group=tickets /data
COPY --from=build /opt/gql-tickets /opt/gql-tickets
ENV PATH="/opt/gql-tickets/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    GQL_TICKETS_DATABASE_URL=sqlite+aiosqlite:////data/gql-tickets.sqlite3
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('GQL_TICKETS_PORT', '8000') + '/healthz', timeout=2)"]
CMD ["gql-tickets", "serve", "--host", "0.0.0.0"]
