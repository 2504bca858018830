"""Runs, trials and scores on disk: SQLite in WAL mode through SQLAlchemy Core."""
