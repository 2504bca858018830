"""The tables of a store, as the newest migration leaves them.

runs ─< tasks ─< samples ─< trials ─< scores, joined by whole numbers; beside them the release
ledger: rulings ─< looks, and what people confirmed. A trial's conversation is one MessagePack value
in its last column, so that reading outcomes never touches long texts.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

NEWEST = "0002"
"""The revision of the newest migration."""

APPLICATION = 0x53544154
"""SQLite's `application_id` of every store ("STAT"): how a foreign file is told apart."""

metadata = MetaData()

version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("suite", String, nullable=False),
    Column("spec", String, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("environment", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False),
)

tags = Table(
    "tags",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", ForeignKey("runs.number"), nullable=False),
    Column("tag", String, nullable=False),
    UniqueConstraint("run", "tag"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", ForeignKey("runs.number"), nullable=False),
    Column("name", String, nullable=False),
    UniqueConstraint("run", "name"),
)

samples = Table(
    "samples",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("task", ForeignKey("tasks.number"), nullable=False),
    Column("id", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("category", String),
    Column("group", String),
    Column("unit", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("severity", String),
    UniqueConstraint("task", "id"),
    Index("samples_in_order", "task", "position"),
)

trials = Table(
    "trials",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("sample", ForeignKey("samples.number"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("empty", Integer, nullable=False),
    Column("outcome", String),
    Column("key", String, nullable=False),
    Column("started", Float, nullable=False),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("cost", Float),
    Column("exchanges", LargeBinary, nullable=False),
    UniqueConstraint("sample", "epoch"),
)

scores = Table(
    "scores",
    metadata,
    Column("trial", ForeignKey("trials.number"), primary_key=True),
    Column("metric", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("key", String, nullable=False),
    Column("value", Float),
    Column("outcome", String, nullable=False),
    Column("why", String, nullable=False),
    Column("extracted", String),
    Column("span_start", Integer),
    Column("span_end", Integer),
    Column("flags", String),
    sqlite_with_rowid=False,
)

rulings = Table(
    "rulings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("created", Float, nullable=False),
    Column("content", String, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
)

looks = Table(
    "looks",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("ruling", ForeignKey("rulings.number"), nullable=False),
    Column("candidate", String, nullable=False),
    Column("base", String, nullable=False),
    Column("asked", String, nullable=False),
    Column("data", String, nullable=False),
    Column("items", String, nullable=False),
    Column("trials", Integer, nullable=False),
    Index("looks_of_a_candidate", "candidate", "base"),
    Index("looks_at_data", "data"),
)

confirmations = Table(
    "confirmations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", ForeignKey("runs.number"), nullable=False),
    Column("task", String, nullable=False),
    Column("sample", String, nullable=False),
    Column("metric", String, nullable=False),
    Column("failure", Integer, nullable=False),
    Column("trials", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("why", String, nullable=False),
    Column("created", Float, nullable=False),
)
