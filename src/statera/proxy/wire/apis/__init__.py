"""The APIs that the guard speaks, one file each with an `api`; there is no list."""
