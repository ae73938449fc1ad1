-- The log of the server is no place for what is in the statements to come, verifiers of passwords, when one is refused.
SELECT set_config(name, value, false)
FROM (VALUES ('log_statement', 'none'), ('log_min_error_statement', 'panic'), ('log_min_duration_statement', '-1')) AS s (name, value)
WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
