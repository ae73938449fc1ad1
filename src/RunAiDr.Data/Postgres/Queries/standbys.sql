-- State is null to those who may not see it; pg_basebackup streams too, and is no standby.
SELECT concat_ws(' ', application_name, state) FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'
