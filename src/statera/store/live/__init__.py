"""The live store: exposures, answers and feedback, in SQLite or shared in PostgreSQL."""
