-- The rows that every server serves: 5 organizations, 1,000 users, 50 repositories, 100,000 tickets.
-- The same at each run: what looks random is a hash. They lie in temporary tables, which
-- peers.sql and ours.sql copy into the schemas of the two kinds of server.
CREATE FUNCTION pg_temp.pick(i int, salt int, below int) RETURNS int IMMUTABLE LANGUAGE sql
  AS $$ SELECT abs(hashint4(i * 31 + salt * 7919) % 1000000) % below $$;

CREATE TEMP TABLE seed_organizations AS
SELECT o AS id, 'org-' || o AS slug, 'Organization ' || o AS name FROM generate_series(1, 5) o;

CREATE TEMP TABLE seed_users AS
SELECT u AS id, (u - 1) % 5 + 1 AS org_id, 'User Number ' || u AS name, 'user' || u AS username
FROM generate_series(1, 1000) u;

CREATE TEMP TABLE seed_repositories AS
SELECT r AS id, (r - 1) % 5 + 1 AS org_id, 'repo-' || r AS name FROM generate_series(1, 50) r;

CREATE TEMP TABLE seed_tickets AS
SELECT
  i AS id,
  o AS org_id,
  (i - 1) / 5 + 1 AS number,
  'AM-' || ((i - 1) / 5 + 1) AS slug,
  (ARRAY['feature', 'bug', 'task', 'story'])[pg_temp.pick(i, 1, 4) + 1] AS type,
  (ARRAY['Add', 'Fix', 'Speed up', 'Rework', 'Document', 'Test', 'Drop', 'Move', 'Explain', 'Measure'])
    [pg_temp.pick(i, 12, 10) + 1] || ' the ' ||
  (ARRAY['checkout', 'invoice', 'search', 'login', 'export', 'import', 'calendar', 'upload', 'timeline',
         'billing', 'avatar', 'webhook', 'digest', 'sidebar', 'keyboard', 'backup', 'quota', 'audit', 'report',
         'onboarding'])[pg_temp.pick(i, 13, 20) + 1] || ' ' ||
  (ARRAY['page', 'job', 'form', 'table', 'query', 'cache', 'screen', 'queue', 'test', 'link'])
    [pg_temp.pick(i, 14, 10) + 1] || ' for case ' || i AS title,
  CASE
    WHEN s < 20 THEN 'backlog' WHEN s < 35 THEN 'todo' WHEN s < 45 THEN 'in_progress'
    WHEN s < 50 THEN 'in_review' ELSE 'done'
  END AS status,
  (ARRAY['low', 'medium', 'high', 'urgent'])[pg_temp.pick(i, 3, 4) + 1] AS priority,
  CASE WHEN pg_temp.pick(i, 4, 10) < 8 THEN pg_temp.pick(i, 5, 200) * 5 + o END AS assignee_id,
  CASE WHEN pg_temp.pick(i, 6, 10) < 9 THEN pg_temp.pick(i, 7, 10) * 5 + o END AS repository_id,
  CASE WHEN i > 500 AND pg_temp.pick(i, 8, 10) = 0 THEN i - 5 * (1 + pg_temp.pick(i, 9, 50)) END
    AS parent_id,
  (SELECT coalesce(array_agg(DISTINCT name ORDER BY name), '{}') FROM (
     SELECT (ARRAY['api', 'auth', 'backend', 'billing', 'build', 'ci', 'css', 'data', 'docs', 'frontend', 'infra',
                   'ios', 'legal', 'ops', 'perf', 'search', 'security', 'sso', 'tests', 'ux'])
              [pg_temp.pick(i, 20 + k, 20) * pg_temp.pick(i, 40 + k, 20) / 20 + 1] AS name
     FROM generate_series(1, pg_temp.pick(i, 10, 4)) k) AS names) AS labels,
  timestamptz '2024-01-01 00:00:00+00' + i * interval '5 min' AS created_at,
  timestamptz '2024-01-01 00:00:00+00' + i * interval '5 min' + pg_temp.pick(i, 11, 5000) * interval '1 min'
    AS updated_at
FROM (SELECT i, (i - 1) % 5 + 1 AS o, pg_temp.pick(i, 2, 100) AS s FROM generate_series(1, 100000) i) AS n;
