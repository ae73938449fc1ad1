-- What an extension made comes back with the extension, in the shape of its version.
SELECT n.nspname::text
FROM pg_namespace n
WHERE left(n.nspname, 3) <> 'pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
