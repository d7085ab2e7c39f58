"""The database: one engine, two dialects, units of work, migrations."""
