SELECT rolname::text, rolsuper, rolsuper OR rolcreatedb, rolsuper OR rolcreaterole, pg_is_in_recovery()
FROM pg_roles
WHERE rolname = current_user
