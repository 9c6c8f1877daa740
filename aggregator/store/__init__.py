"""Remember it: what was seen, decided and published, in SQLite or PostgreSQL."""
