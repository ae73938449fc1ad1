-- What extensions bring belongs to them, and what belongs to another object goes with it: the sequence of an extension's
-- column, the type of a table's row.
WITH user_schemas AS (
    SELECT oid
    FROM pg_namespace
    WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema'
), of_others AS (
    SELECT classid, objid
    FROM pg_depend
    WHERE deptype IN ('e', 'i', 'a') AND (deptype = 'e' OR refobjsubid > 0 OR refclassid = 'pg_type'::regclass)
)
SELECT NOT EXISTS (SELECT FROM pg_largeobject_metadata)
    AND NOT EXISTS (
        SELECT
        FROM pg_class
        WHERE relkind IN ('r', 'p', 'm', 'f', 'v', 'S')
            AND relnamespace IN (SELECT oid FROM user_schemas)
            AND ('pg_class'::regclass, oid) NOT IN (SELECT classid, objid FROM of_others))
    AND NOT EXISTS (
        SELECT
        FROM pg_proc
        WHERE pronamespace IN (SELECT oid FROM user_schemas)
            AND ('pg_proc'::regclass, oid) NOT IN (SELECT classid, objid FROM of_others))
    AND NOT EXISTS (
        SELECT
        FROM pg_type t
        LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE typnamespace IN (SELECT oid FROM user_schemas)
            AND typtype IN ('b', 'c', 'd', 'e', 'r')
            AND typcategory <> 'A'
            AND (typtype <> 'c' OR relkind = 'c')
            AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM of_others))
