-- The rows in the first version of our own schema; migrations bring them to the newest, and derive
-- there what later versions keep beside a ticket. seed_words gives each enum's words their codes.
INSERT INTO organizations (id, slug, name, ticket_prefix, last_ticket_id, last_ticket_number, created_at)
SELECT id, slug, name, 'AM', 100000, 20000, timestamptz '2024-01-01 00:00:00+00' FROM seed_organizations;
SELECT setval(pg_get_serial_sequence('organizations', 'id'), 5);

INSERT INTO users (org_id, id, username, name) SELECT org_id, id, username, name FROM seed_users;
INSERT INTO repositories (org_id, id, name) SELECT org_id, id, name FROM seed_repositories;
INSERT INTO labels (org_id, name, id, color)
SELECT org_id, name, left(md5(name), 16), '#6b7280'
FROM (SELECT DISTINCT org_id, unnest(labels) AS name FROM seed_tickets) AS named;

INSERT INTO tickets (
  org_id, id, number, slug, title, type, status, priority, assignee_id, repository_id, parent_id, labels,
  version, created_at, updated_at, started_at, completed_at)
SELECT t.org_id, t.id, t.number, t.slug, t.title, type.code, status.code, priority.code, t.assignee_id,
       t.repository_id, t.parent_id, t.labels, 1, t.created_at, t.updated_at,
       CASE WHEN t.status NOT IN ('backlog', 'todo') THEN t.created_at END,
       CASE WHEN t.status = 'done' THEN t.updated_at END
FROM seed_tickets AS t
JOIN seed_words AS type ON type.kind = 'type' AND type.word = t.type
JOIN seed_words AS status ON status.kind = 'status' AND status.word = t.status
JOIN seed_words AS priority ON priority.kind = 'priority' AND priority.word = t.priority
ORDER BY t.id;

INSERT INTO ticket_events (org_id, ticket_id, version, slug, kind, actor_name, occurred_at, changes)
SELECT t.org_id, t.id, 1, t.slug, kind.code, 'import', t.created_at, '[]'
FROM seed_tickets AS t JOIN seed_words AS kind ON kind.kind = 'change' AND kind.word = 'created'
ORDER BY t.id;
