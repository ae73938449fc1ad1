SELECT pg_get_userbyid(datdba)::text, pg_encoding_to_char(encoding)::text, datcollate::text, pg_database_size(oid)
FROM pg_database
WHERE datname = current_database()
