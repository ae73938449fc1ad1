-- A limit of -2 marks what is left of a database whose dropping was interrupted.
SELECT datname::text, datallowconn, datconnlimit = -2, pg_has_role(datdba, 'MEMBER')
FROM pg_database
