-- Segments behind: those that were finished since the newest one that was archived. The newest may be a .history file.
WITH wal AS (
    SELECT
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn,
        pg_size_bytes(current_setting('wal_segment_size')) AS size)
SELECT
    current_setting('archive_mode'),
    last_archived_wal,
    last_archived_time,
    last_failed_time,
    stats_reset,
    CASE WHEN last_archived_wal ~ '^[0-9A-F]{24}' THEN
        div(wal.lsn - '0/0', wal.size)::bigint - 1
        - ('x' || substr(last_archived_wal, 9, 8))::bit(32)::bigint * (4294967296 / wal.size)
        - ('x' || substr(last_archived_wal, 17, 8))::bit(32)::bigint
    END,
    statement_timestamp()
FROM pg_stat_archiver, wal
