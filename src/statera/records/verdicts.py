"""What a judge is shown, and what it said of it."""

import msgspec

from statera.records.scores import Outcome


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One reply that is to be judged, with what it replied to.

    `unit` is the cluster (or the sample itself). `output` is "" for an empty reply.
    """

    task: str
    sample_id: str
    epoch: int
    prompt: str
    output: str
    unit: str
    reference: str | None = None
    category: str | None = None

    @property
    def place(self) -> tuple[str, str, int]:
        """Task, sample and epoch: the trial that it is."""
        return self.task, self.sample_id, self.epoch


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a judge, a panel or a person said of one reply, or of one pair.

    `value` lies in [0, 1]: the share of the scale, or 1, 0.5 and 0 for a win, a tie and a loss of
    the candidate. It is None where there is no verdict, and `outcome` and `why` then say what
    became of it. `label` is the verdict in the judge's own words (`4`, `A`, `yes,no`).
    """

    value: float | None
    label: str | None
    outcome: Outcome
    why: str = ""
    flags: tuple[str, ...] = ()
