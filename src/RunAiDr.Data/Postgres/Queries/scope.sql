-- A limit of -2 marks what is left of a database whose dropping was interrupted.
SELECT datname::text FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2
