"""One question, as read from a data set."""

from typing import Any

import msgspec


class Sample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question with what is needed to grade the answer.

    `id` is unique within its task (`mmlu/test/3`: name, split, 0-based line). Samples of one
    `cluster` (twins, template instances) are not independent; without a cluster a sample is its
    own. `answer` is the index of the right choice.
    """

    id: str
    input: str
    reference: str | None = None
    references: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    answer: int | None = None
    category: str | None = None
    group: str | None = None
    cluster: str | None = None
    severity: str | None = None
    fields: dict[str, Any] = {}

    @property
    def unit(self) -> str:
        """The unit of analysis: the cluster, or the sample itself."""
        return self.cluster or self.id

    @property
    def accepted(self) -> tuple[str, ...]:
        """Every reference that counts as right, the ideal one first."""
        first = () if self.reference is None else (self.reference,)
        return first + self.references
