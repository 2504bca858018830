"""Perturbed: a question, then the same one with typos, other words, a distractor, moved options.

CheckList (Ribeiro et al., ACL 2020, https://arxiv.org/abs/2005.04118) and PromptBench (Zhu et al.,
2023, https://arxiv.org/abs/2306.04528) are the models; how items are changed is the house's own.

One trial is the plain question and then one fresh request a change that keeps its meaning:
`typos`, `paraphrase`, `number_format`, `distractor`, `casing`, `trailing_noise`, `option_order`.
Kept apart from them are two changes after which the answer must be another one: `negation` and
`changed_number`. A change that does nothing to an item, or would cost a number, a quotation or an
option in it, is not asked; this is settled before the first request.

| score | what | of | counter-metric |
|---|---|---|---|
| `accuracy` | right as it stands | all | the first `drop_…` |
| `perturbed_NAME` | right perturbed | asked so | |
| `drop_NAME` | right as it stands minus right perturbed, in [-1, 1] | asked so | `moves_…` |
| `changed_NAME` | another answer, right or wrong | answered both times | `moves_…` |
| `moves_NAME` | the answer moved with the meaning | right as it stood | `changed_paraphrase` |

Who never reads the question has no drop; that his answer never moves tells him. PDR, the share of
accuracy that a change costs, stands over all items: `statera.analysis.formspread`.

`perturbed` asks the questions of `starter_knowledge`; `perturbed:gsm8k` takes another task's, with
its wording and reading of answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from statera.errors import DeclarationError
from statera.metrics.means import Accuracy, GivenAnswer
from statera.metrics.rates import Rate
from statera.protocols import Metric
from statera.records.requests import Request
from statera.records.samples import Sample
from statera.records.trials import Exchange
from statera.scorers.arms import FirstAnswer, Reads
from statera.scorers.perturbation import ORDER, PERTURBED, Changed, Drop, Moves, Perturbed
from statera.scorers.rules import Rule
from statera.tasks.builtin.starter_knowledge import definition as knowledge
from statera.tasks.data import DataFolder
from statera.tasks.forms.distractors import NOISE, TRUE
from statera.tasks.forms.perturbations import (
    ASKED_AROUND,
    CHANGING,
    MEANING_KEPT,
    NAMES,
    order,
    perturbed,
)
from statera.tasks.forms.wording import FRAMES
from statera.tasks.over import OverTask
from statera.tasks.sycophancy.asking import Questions, loaded, template
from statera.tasks.task import Task, TaskDefinition, TaskOptions


@dataclass(frozen=True)
class NextTurn:
    """The question with its next change, as a fresh request."""

    questions: Questions

    def __call__(self, sample: Sample, said: Sequence[Exchange]) -> Request | None:
        """Return the question changed once more, from the plain one; None after the last."""
        names = sample.fields[PERTURBED]
        if len(said) > len(names):
            return None
        changed = perturbed(sample, names[len(said) - 1])
        return self.questions.chat(changed) if changed else None


@dataclass(frozen=True)
class PerturbedTask(OverTask):
    """The questions of `inner`, changed."""

    how = "with typos, other words, a distractor, moved options"

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task; DeclarationError where no item can be changed."""
        questions = loaded(self.name, self.inner, options, data)
        asked = questions.task
        samples = tuple(with_changes(questions, sample) for sample in asked.samples)
        used = {name for sample in samples for name in sample.fields[PERTURBED]}
        if not used:
            raise DeclarationError(
                f"{self.name}: no question of '{self.inner.name}' can be changed"
            )
        names = tuple(name for name in NAMES if name in used)
        return replace(
            asked,
            name=self.name,
            version=f"{self.version}.{asked.version}",
            samples=samples,
            scorers=scorers(names, questions.reads),
            metrics=metrics(names),
            template=template(asked, (names, FRAMES, TRUE, NOISE, ASKED_AROUND)),
            next_turn=NextTurn(questions),
            requests=1 + max(len(sample.fields[PERTURBED]) for sample in samples),
            level="reliability",
        )


def with_changes(questions: Questions, sample: Sample) -> Sample:
    """Return the sample with the changes that it is asked with: those that change the request."""
    plain = questions.chat(sample)
    found = {name: perturbed(sample, name) for name in NAMES}
    names = tuple(n for n, one in found.items() if one and questions.chat(one) != plain)
    fields = {
        **sample.fields,
        PERTURBED: names,
        **({ORDER: order(sample)} if ORDER in names else {}),
    }
    return msgspec.structs.replace(sample, fields=fields)


def scorers(names: Sequence[str], reads: Reads) -> tuple[Rule, ...]:
    """Return the scorers of trials with these changes."""
    keeping = [name for name in names if name in MEANING_KEPT]
    return (
        FirstAnswer(reads=reads),
        *(Perturbed(change=name, reads=reads) for name in keeping),
        *(Drop(change=name, reads=reads) for name in keeping),
        *(Changed(change=name, reads=reads) for name in keeping),
        *(Moves(change=name, reads=reads) for name in names if name in CHANGING),
    )


def metrics(names: Sequence[str]) -> tuple[Metric, ...]:
    """Return the rates, each with what moves the other way."""
    keeping = [name for name in names if name in MEANING_KEPT]
    changing = [name for name in names if name in CHANGING]
    moves = f"moves_{changing[0]}" if changing else "accuracy"
    still = "changed_paraphrase" if "paraphrase" in keeping else "accuracy"
    return (
        Accuracy(score="accuracy", opposed=f"drop_{keeping[0]}" if keeping else ""),
        GivenAnswer(score="accuracy"),
        *(
            Rate(score=f"perturbed_{n}", better="higher", opposed=moves, aside=True)
            for n in keeping
        ),
        *(Rate(score=f"drop_{name}", low=-1.0, opposed=moves) for name in keeping),
        *(Rate(score=f"changed_{n}", opposed=moves, aside=n != ORDER) for n in keeping),
        *(
            Rate(score=f"moves_{name}", better="higher", opposed=still, aside=True)
            for name in changing
        ),
    )


def over(inner: TaskDefinition) -> TaskDefinition:
    """Return the task over another one's questions."""
    return PerturbedTask(f"perturbed:{inner.name}", inner)


definition = PerturbedTask("perturbed", knowledge)
