-- A server's own limits must not end a transaction that others still read from, and nobody's search_path, operators or
-- row policies may change what is counted. transaction_timeout is there from PostgreSQL 17 on.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '3s';
SET LOCAL row_security = off;
SELECT
    CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_export_snapshot() END,
    pg_is_in_recovery(),
    CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0') ELSE pg_current_wal_lsn() END::text,
    statement_timestamp(),
    (SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout')
