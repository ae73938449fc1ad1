-- Tables with rows of their own: partitions, but not what they are partitions of. Sizes are those of the last ANALYZE:
-- asking for the present one would wait for the locks of others.
SELECT
    c.oid,
    n.nspname::text,
    c.relname::text,
    format('%I.%I', n.nspname, c.relname),
    c.reltuples::float8,
    c.relpersistence = 'u',
    c.relispopulated
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm')
    AND c.relpersistence <> 't'
    AND left(n.nspname, 3) <> 'pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
