"""The release ledger (rulings, looks, confirmations), and each sample's severity in a column."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and fill the new column from the samples that are there."""
    op.add_column("samples", sa.Column("severity", sa.String))
    _fill_severity()
    _make_rulings()
    _make_confirmations()


def _fill_severity() -> None:
    connection = op.get_bind()
    rows = connection.exec_driver_sql("SELECT number, body FROM samples")
    known = [(found, number) for number, body in rows if (found := _severity(body)) is not None]
    if known:
        connection.exec_driver_sql("UPDATE samples SET severity = ? WHERE number = ?", known)


def _severity(body: bytes) -> str | None:
    severity = msgspec.msgpack.decode(body).get("severity")
    return None if severity is None else str(severity)


def _make_rulings() -> None:
    op.create_table(
        "rulings",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False, unique=True),
    )
    op.create_table(
        "looks",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("ruling", sa.Integer, sa.ForeignKey("rulings.number"), nullable=False),
        sa.Column("candidate", sa.String, nullable=False),
        sa.Column("base", sa.String, nullable=False),
        sa.Column("asked", sa.String, nullable=False),
        sa.Column("data", sa.String, nullable=False),
        sa.Column("items", sa.String, nullable=False),
        sa.Column("trials", sa.Integer, nullable=False),
    )
    op.create_index("looks_of_a_candidate", "looks", ["candidate", "base"])
    op.create_index("looks_at_data", "looks", ["data"])


def _make_confirmations() -> None:
    op.create_table(
        "confirmations",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.number"), nullable=False),
        sa.Column("task", sa.String, nullable=False),
        sa.Column("sample", sa.String, nullable=False),
        sa.Column("metric", sa.String, nullable=False),
        sa.Column("failure", sa.Integer, nullable=False),
        sa.Column("trials", sa.Integer, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
