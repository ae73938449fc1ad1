-- Whether pg_dumpall may read the passwords of roles.
SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')
