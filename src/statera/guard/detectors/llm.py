"""A model that was made to guard, behind an endpoint: Llama Guard, ShieldGemma, Granite Guardian.

```yaml
- name: llama_guard
  use: llm
  with: {family: llama-guard, model: "http://localhost:8001/v1#meta-llama/Llama-Guard-3-8B"}
  sides: [input, output]
  context: 1                    # a reply is judged with what it answers
  timeout: 10
```

It scores 1 where the model says unsafe, 0 where it says safe. Any other answer is a check that was
not made. Every disguise that is taken off a text costs one more request.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from statera.codec.canonical import digest
from statera.errors import nearest
from statera.graders.panelfile import beside
from statera.guard.asking import Shown, answered, is_reply, shown, worst
from statera.guard.families import FAMILIES, RISKS, Name, Question, Talk
from statera.guard.tools import Tools
from statera.protocols import Model, View
from statera.records.guarding import Passage, Reading

NOT_SHOWN = "(not shown)"
"""Stands for what a reply answers, where the policy gives no context."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The family, and the model: URL#NAME or a model file.

    `risk` is what Granite Guardian looks for (`harm` unless said: `jailbreak`, `violence`, ...),
    and the only principle that ShieldGemma is asked about (`dangerous`, `harassment`, `hate`,
    `sexual`; all four unless said).
    """

    family: Name
    model: str
    risk: str = ""

    def __post_init__(self) -> None:
        known = RISKS[self.family]
        if self.risk and known and self.risk not in known:
            raise ValueError(
                f"risk: '{self.risk}' is no principle.{nearest(self.risk, known)} "
                f"Allowed: {', '.join(known)}"
            )
        if self.risk and self.family == "llama-guard":
            raise ValueError("risk: llama-guard is asked about all of its categories at once")


class Guardian:
    """Asks about every view of a passage, and takes the worst answer."""

    cost: Literal["await"] = "await"

    def __init__(self, settings: Settings, model: Model) -> None:
        self.digest = digest(["llm", settings.family, settings.risk, model.identity])
        self._family = FAMILIES[settings.family]
        self._risk = settings.risk or ("" if RISKS[settings.family] else "harm")
        self._model = model

    async def seek(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return the worst answer; UnreadableAnswer or NoAnswer where there is none."""
        jobs = []
        for one in shown(passage, views):
            talk = _talk(passage, one)
            for question in self._family.questions(talk, self._risk):
                jobs.append(self._ask(question, one))
        return await worst(jobs)

    async def _ask(self, question: Question, one: Shown) -> Reading:
        response = await answered(self._model, question.request)
        opinion = self._family.read(response.text or "")
        category = opinion.category or question.category
        score = float(opinion.unsafe)
        return Reading(score, category if score else "", view=one.view, beyond=not one.whole)


def detector(settings: Settings, tools: Tools) -> Guardian:
    """Return the detector; DeclarationError for what is no model. Nothing is asked yet."""
    model = beside(settings.model, tools.folder) or settings.model
    return Guardian(settings, tools.model(model))


def _talk(passage: Passage, one: Shown) -> Talk:
    if is_reply(passage):
        return Talk(one.before or NOT_SHOWN, one.text)
    return Talk(f"{one.before}\n\n{one.text}" if one.before else one.text)
