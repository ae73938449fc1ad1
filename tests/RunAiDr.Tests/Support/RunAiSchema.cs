using System.Globalization;

namespace RunAiDr.Tests.Support;

/// <summary>
/// A database <c>backend</c> like that of a Run:ai control plane: its owner <c>runai</c>, role and schema <c>grafana</c>,
/// a partitioned table, types and names that are easy to get wrong.
/// </summary>
internal static class RunAiSchema
{
    public const string Database = "backend";

    /// <summary>Of the roles <c>runai</c> and <c>grafana</c>.</summary>
    public const string Password = "canary-role-password-77aa";

    /// <summary>For tests that need dumps which take a while.</summary>
    public const int Large = 300_000;

    /// <summary>Makes it.</summary>
    /// <param name="server">Where; the names must be free.</param>
    /// <param name="rows">Number of jobs; there are twice as many entries in the audit log, and few rows elsewhere.</param>
    public static async Task CreateAsync(PostgresServer server, int rows = 1_000)
    {
        await server.ExecuteAsync("postgres", $"CREATE ROLE runai LOGIN PASSWORD '{Password}'; CREATE ROLE grafana LOGIN PASSWORD '{Password}'");
        await server.ExecuteAsync("postgres", "CREATE ROLE auditors NOLOGIN; GRANT auditors TO grafana; GRANT pg_monitor TO runai");
        await server.ExecuteAsync("postgres", $"CREATE DATABASE {Database} OWNER runai");
        await server.ExecuteAsync("postgres", "ALTER USER grafana SET search_path = 'grafana'");
        await server.ExecuteAsync(Database, Tables);
        await server.ExecuteAsync(Database, Rows(rows));
        await server.ExecuteAsync(Database, "ANALYZE");
    }

    private const string Tables = """
        CREATE EXTENSION pgcrypto;
        SET ROLE runai;
        CREATE TYPE phase AS ENUM ('Pending', 'Running', 'Completed', 'Failed');
        CREATE TABLE tenants (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE clusters (id uuid PRIMARY KEY, tenant_id int REFERENCES tenants, name text, config jsonb NOT NULL DEFAULT '{}');
        CREATE TABLE departments (id serial PRIMARY KEY, cluster_id uuid REFERENCES clusters, name text, gpu_quota numeric(10, 2));
        CREATE TABLE projects (id serial PRIMARY KEY, department_id int REFERENCES departments, name text, node_pools text[]);
        CREATE TABLE node_pools (id serial PRIMARY KEY, cluster_id uuid REFERENCES clusters, name text, labels jsonb);
        CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE, password_hash bytea, created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE access_rules (id serial PRIMARY KEY, user_id uuid REFERENCES users, scope text, role text);
        CREATE TABLE policies (id serial PRIMARY KEY, scope text, body jsonb);
        CREATE TABLE templates (id serial PRIMARY KEY, project_id int REFERENCES projects, name text, spec jsonb);
        CREATE TABLE jobs (id bigserial PRIMARY KEY, project_id int REFERENCES projects, name text, state phase, spec jsonb, created_at timestamptz);
        CREATE INDEX jobs_by_state ON jobs (state, created_at);
        CREATE TABLE "Job Events" (id bigserial PRIMARY KEY, job_id bigint, "Größe" double precision, note text);
        CREATE TABLE settings (key text PRIMARY KEY, value text);
        CREATE TABLE audit_log (at timestamptz NOT NULL, actor uuid, action text) PARTITION BY RANGE (at);
        CREATE TABLE audit_log_2026_10 PARTITION OF audit_log FOR VALUES FROM ('2026-10-01') TO ('2026-11-01');
        CREATE TABLE audit_log_2026_11 PARTITION OF audit_log FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
        CREATE VIEW running_jobs AS SELECT * FROM jobs WHERE state = 'Running';
        CREATE MATERIALIZED VIEW jobs_per_project AS SELECT project_id, count(*) AS jobs FROM jobs GROUP BY project_id WITH NO DATA;
        CREATE FUNCTION quota_of(department int) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT gpu_quota FROM departments WHERE id = department';
        RESET ROLE;
        CREATE SCHEMA grafana AUTHORIZATION grafana;
        SET ROLE grafana;
        CREATE TABLE grafana.org (id serial PRIMARY KEY, name text);
        CREATE TABLE grafana."user" (id serial PRIMARY KEY, login text, password text);
        CREATE TABLE grafana.dashboard (id serial PRIMARY KEY, org_id int REFERENCES grafana.org, title text, data text);
        RESET ROLE;
        """;

    private static string Rows(int rows) => string.Create(CultureInfo.InvariantCulture, $$"""
        INSERT INTO tenants (name) VALUES ('runai');
        INSERT INTO clusters VALUES ('7d2f6c1e-3b0a-4c58-9e71-5a0f4c9be001', 1, 'research', '{"version": 1.0, "gpus": 9007199254740993}');
        INSERT INTO departments (cluster_id, name, gpu_quota) SELECT (SELECT id FROM clusters), 'department-' || n, n * 1.5 FROM generate_series(1, 3) n;
        INSERT INTO projects (department_id, name, node_pools) SELECT 1 + n % 3, 'team-' || n, ARRAY['default', 'a100'] FROM generate_series(1, 12) n;
        INSERT INTO node_pools (cluster_id, name, labels) SELECT (SELECT id FROM clusters), name, '{"gpu": "A100"}' FROM unnest(ARRAY['default', 'a100']) name;
        INSERT INTO users (id, email, password_hash) SELECT md5(n::text)::uuid, 'user' || n || '@example.com', sha256(n::text::bytea) FROM generate_series(1, 40) n;
        INSERT INTO access_rules (user_id, scope, role) SELECT id, 'project/team-1', 'Researcher' FROM users;
        INSERT INTO policies (scope, body) VALUES ('tenant', '{"maxGpus": 8}');
        INSERT INTO templates (project_id, name, spec) SELECT n, 'jupyter — größer ' || n, '{"image": "jupyter"}' FROM generate_series(1, 5) n;
        INSERT INTO jobs (project_id, name, state, spec, created_at)
            SELECT 1 + n % 12, 'job-' || n, (enum_range(NULL::phase))[1 + n % 4], jsonb_build_object('gpu', n % 8, 'command', repeat(md5(n::text), 2)), timestamptz '2026-10-01 00:00Z' + n * interval '1 second'
            FROM generate_series(1, {{rows}}) n;
        INSERT INTO "Job Events" (job_id, "Größe", note) SELECT n, n / 3.0, E'tab\tnewline\n\\ quote '' ' FROM generate_series(1, 25) n;
        INSERT INTO settings VALUES ('smtp', 'mail.example.com'), ('empty', ''), ('none', NULL);
        INSERT INTO audit_log SELECT timestamptz '2026-10-01 00:00Z' + (n % 5000000) * interval '1 second', md5(n::text)::uuid, 'login' FROM generate_series(1, {{2 * rows}}) n;
        INSERT INTO grafana.org (name) VALUES ('Main Org.');
        INSERT INTO grafana."user" (login, password) VALUES ('admin', '{{Password}}');
        INSERT INTO grafana.dashboard (org_id, title, data) SELECT 1, 'Dashboard ' || n, repeat('panel ', 200) FROM generate_series(1, 8) n;
        """);
}
