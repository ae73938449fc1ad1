-- Tables whose rows an extension leaves to the user, and which of them are not its own: what a dump holds of them.
SELECT c.oid::regclass::text, coalesce(wanted.condition, '')
FROM pg_extension e
CROSS JOIN LATERAL unnest(e.extconfig, e.extcondition) AS wanted (id, condition)
JOIN pg_class c ON c.oid = wanted.id
WHERE c.relkind IN ('r', 'p')
