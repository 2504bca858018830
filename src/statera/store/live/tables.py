"""The tables of a live store, as the newest migration leaves them.

A fact is a row, found again by what makes it one: the decision (of an experiment), the report's id.
Nothing refers to a row by a foreign key, as facts come in any order: feedback before the exposure
that it is about. What many exposures share (arm, slice, entry, design, mode, segments) is kept
once, in `live_contexts` under its hash. The names keep out of the way of others'
tables in PostgreSQL.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
)

NEWEST = "0001"
"""The revision of the newest migration."""

VERSION = "live_version"
"""The table that holds the revision; a database without it is no live store."""

APPLICATION = 0x5354414C
"""SQLite's `application_id` of a live store ("STAL"): how a foreign file is told apart."""

metadata = MetaData()

ID = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both; in SQLite the row's own number."""

contexts = Table(
    "live_contexts",
    metadata,
    Column("context", ID, primary_key=True, autoincrement=False),
    Column("arm", String, nullable=False),
    Column("slice", Integer, nullable=False),
    Column("entry", String, nullable=False),
    Column("design", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("segments", String, nullable=False),
)

exposures = Table(
    "live_exposures",
    metadata,
    Column("experiment", String, primary_key=True),
    Column("decision", BigInteger, primary_key=True, autoincrement=False),
    Column("unit", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("context", BigInteger, nullable=False),
    Column("cluster", BigInteger),
    sqlite_with_rowid=False,
)

answers = Table(
    "live_answers",
    metadata,
    Column("decision", BigInteger, primary_key=True, autoincrement=False),
    Column("shadow", SmallInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("arm", String, nullable=False),
    Column("response", BigInteger),
    Column("status", Integer, nullable=False),
    Column("seconds", Double),
    Column("first", Double),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost", Double),
    Column("fault", SmallInteger, nullable=False),
    Column("guarded_input", String, nullable=False),
    Column("guarded_output", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("refused", Double),
    Column("text_hash", BigInteger),
    sqlite_with_rowid=False,
)

feedback = Table(
    "live_feedback",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("outcome", String, nullable=False),
    Column("value", Double, nullable=False),
    Column("decision", BigInteger),
    Column("response", BigInteger),
    Column("source", String, nullable=False),
)

scores = Table(
    "live_scores",
    metadata,
    Column("decision", BigInteger, primary_key=True, autoincrement=False),
    Column("scorer", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("shadow", SmallInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("value", Double, nullable=False),
    sqlite_with_rowid=False,
)

excluded = Table(
    "live_excluded",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("experiment", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("reason", String, nullable=False),
)

occurrences = Table(
    "live_occurrences",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("experiment", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("kind", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("data", String, nullable=False),
    Index("live_occurrences_of_one", "experiment", "at"),
)

registrations = Table(
    "live_registrations",
    metadata,
    Column("experiment", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("text", String, nullable=False),
    Column("at", Double, nullable=False),
)
