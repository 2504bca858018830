"""The first tables: contexts, exposures, answers, feedback, scores, and what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of an empty live store."""
    _make_contexts()
    _make_exposures()
    _make_answers()
    _make_feedback()
    _make_scores()
    _make_excluded()
    _make_occurrences()
    _make_registrations()


def _make_contexts() -> None:
    op.create_table(
        "live_contexts",
        sa.Column("context", _ID, primary_key=True, autoincrement=False),
        sa.Column("arm", sa.String, nullable=False),
        sa.Column("slice", sa.Integer, nullable=False),
        sa.Column("entry", sa.String, nullable=False),
        sa.Column("design", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("segments", sa.String, nullable=False),
    )


def _make_exposures() -> None:
    op.create_table(
        "live_exposures",
        sa.Column("experiment", sa.String, primary_key=True),
        sa.Column("decision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("unit", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("context", sa.BigInteger, nullable=False),
        sa.Column("cluster", sa.BigInteger),
        sqlite_with_rowid=False,
    )


def _make_answers() -> None:
    op.create_table(
        "live_answers",
        sa.Column("decision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("shadow", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("arm", sa.String, nullable=False),
        sa.Column("response", sa.BigInteger),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("first", sa.Double),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost", sa.Double),
        sa.Column("fault", sa.SmallInteger, nullable=False),
        sa.Column("guarded_input", sa.String, nullable=False),
        sa.Column("guarded_output", sa.String, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("refused", sa.Double),
        sa.Column("text_hash", sa.BigInteger),
        sqlite_with_rowid=False,
    )


def _make_feedback() -> None:
    op.create_table(
        "live_feedback",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("decision", sa.BigInteger),
        sa.Column("response", sa.BigInteger),
        sa.Column("source", sa.String, nullable=False),
    )


def _make_scores() -> None:
    op.create_table(
        "live_scores",
        sa.Column("decision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("scorer", sa.String, primary_key=True),
        sa.Column("version", sa.String, primary_key=True),
        sa.Column("shadow", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )


def _make_excluded() -> None:
    op.create_table(
        "live_excluded",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("experiment", sa.String, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )


def _make_occurrences() -> None:
    op.create_table(
        "live_occurrences",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("experiment", sa.String, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("data", sa.String, nullable=False),
    )
    op.create_index("live_occurrences_of_one", "live_occurrences", ["experiment", "at"])


def _make_registrations() -> None:
    op.create_table(
        "live_registrations",
        sa.Column("experiment", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
