"""A person who withdraws: all facts of their unit go, and that somebody withdrew is counted."""

from sqlalchemy import Connection, delete, or_, select

from statera.store.live.tables import answers, exposures, feedback, scores


def withdraw(connection: Connection, experiment: str, unit: int) -> int:
    """Delete a unit's exposures in an experiment and what came of them; return how many exposures.

    Answers, scores and reports of a decision that another experiment exposed too go with it.
    """
    mine = (exposures.c.experiment == experiment) & (exposures.c.unit == unit)
    decisions = select(exposures.c.decision).where(mine)
    responses = select(answers.c.response).where(
        answers.c.decision.in_(decisions), answers.c.response.is_not(None)
    )
    connection.execute(
        delete(feedback).where(
            or_(feedback.c.decision.in_(decisions), feedback.c.response.in_(responses))
        )
    )
    for table in (answers, scores):
        connection.execute(delete(table).where(table.c.decision.in_(decisions)))
    return connection.execute(delete(exposures).where(mine)).rowcount
