-- A tablespace made in place has a relative path. Where the data directory is may not be told to everyone.
WITH place AS (
    SELECT spcname::text AS name, pg_tablespace_location(oid) AS path FROM pg_tablespace)
SELECT name, path
FROM place
WHERE left(path, 1) = '/'
    AND NOT coalesce(starts_with(path, (SELECT setting || '/' FROM pg_settings WHERE name = 'data_directory')), false)
ORDER BY name COLLATE "C"
