SELECT
    r.rolname::text,
    r.rolcanlogin,
    r.rolsuper,
    ARRAY(SELECT DISTINCT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid)
FROM pg_roles r
WHERE left(r.rolname, 3) <> 'pg_'
