"""The first tables: runs, tags, tasks, samples, trials, scores."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of an empty store."""
    _make_runs()
    _make_samples()
    _make_trials()
    _make_scores()


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("suite", sa.String, nullable=False),
        sa.Column("spec", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("environment", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("updated", sa.Float, nullable=False),
    )
    op.create_table(
        "tags",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.number"), nullable=False),
        sa.Column("tag", sa.String, nullable=False),
        sa.UniqueConstraint("run", "tag"),
    )
    op.create_table(
        "tasks",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.number"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.UniqueConstraint("run", "name"),
    )


def _make_samples() -> None:
    op.create_table(
        "samples",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("task", sa.Integer, sa.ForeignKey("tasks.number"), nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("category", sa.String),
        sa.Column("group", sa.String),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("task", "id"),
    )
    op.create_index("samples_in_order", "samples", ["task", "position"])


def _make_trials() -> None:
    op.create_table(
        "trials",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("sample", sa.Integer, sa.ForeignKey("samples.number"), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.Column("empty", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("completion_tokens", sa.Integer),
        sa.Column("cost", sa.Float),
        sa.Column("exchanges", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("sample", "epoch"),
    )


def _make_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("trial", sa.Integer, sa.ForeignKey("trials.number"), primary_key=True),
        sa.Column("metric", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("extracted", sa.String),
        sa.Column("span_start", sa.Integer),
        sa.Column("span_end", sa.Integer),
        sa.Column("flags", sa.String),
        sqlite_with_rowid=False,
    )
