"""Everything that determines a run.

Two identities. The **run** is what stays the same when items or epochs are added: the system under
test, the tasks with their data, the seed. The **scoring key** names a scorer with its version and
parameters; a changed one rescores stored trials without asking the model.
"""

from typing import Any, Literal

import msgspec

Mode = Literal["generate", "loglikelihood"]
Api = Literal["chat", "completions"]


class SystemUnderTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is measured; may differ between compared runs. Never holds a key.

    `model` identifies the model: `URL#NAME` without credentials, `embedded:SHA256`, and so on.
    `sampling` holds what the user set explicitly (temperature, top_p, max_tokens, …), `body` the
    further fields of a model file that go with every request, without secrets.
    """

    model: str
    system_message: str | None = None
    sampling: dict[str, Any] = {}
    body: dict[str, Any] = {}


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task as it was asked: the instrument. `data` and `template` are digests."""

    name: str
    version: str
    mode: Mode
    api: Api
    num_fewshot: int
    data: str
    template: str


class RunSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What makes two commands the same run. `nonce` sets a deliberately fresh one apart.

    `chosen` is the digest of samples that were picked by hand, or empty: such a run is none of the
    whole data set, and its estimates must not run together with those of a random subset.
    """

    suite: str
    system: SystemUnderTest
    tasks: tuple[TaskSpec, ...]
    seed: int
    chosen: str = ""
    nonce: str = ""


EARLY = "early_stopping"
"""The key in a run's environment under which it is on record that, and how, it stopped early."""

JUDGING = "judge"
"""The key, under `asked` in a run's environment, that tells a judge's own run from others."""

MEMBERS = "members"
"""The key beneath it, where the judge is a panel, of its members' own runs, by name."""

RunStatus = Literal["running", "done", "stopped", "interrupted"]


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it is listed: `id` is the digest of its spec, times are seconds since 1970 UTC.

    `environment` is what held when it was made (sandbox, versions, capabilities found).
    """

    id: str
    spec: RunSpec
    status: RunStatus
    created: float
    updated: float
    tags: tuple[str, ...] = ()
    reason: str = ""
    environment: dict[str, Any] = {}

    @property
    def judging(self) -> bool:
        """True for a judge's own run: it holds judgements, and measures no system."""
        return JUDGING in self.environment.get("asked", {})
