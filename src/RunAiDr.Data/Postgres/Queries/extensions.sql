SELECT extname::text, extversion FROM pg_extension
