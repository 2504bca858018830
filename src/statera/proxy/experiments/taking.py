"""A request that takes part: chosen for, exposed, treated, and what came of it recorded.

    part = experiments.enter(api, headers, body, book.id)       # None: it is answered as it came
    part.armed, part.headers, part.rewritten(body), part.sent(headers)
    part.close(account)

A unit is exposed when its arm is chosen, before the guard looks at the request: an arm's own policy
is part of what is tried, so that those whom it turns away belong to the arm too. The exposure is
with the shipper before anything goes upstream or back. Whether a request can take part depends on
what it is, never on the arm that it would get.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from statera.experiment.rewriting import rewritten, takes_prompt
from statera.protocols import Clock
from statera.proxy.bodies import Message, Send
from statera.proxy.documents import encode
from statera.proxy.experiments.accounts import Account, answered, response_number
from statera.proxy.experiments.arms import Fitness, Treatment
from statera.proxy.experiments.choosing import ARM, EXPERIMENT, Choice, Chooser, Left
from statera.proxy.experiments.online import MOST_STREAM, Job, Plan, Reader, Reading
from statera.proxy.experiments.recording import NO_PROMPT, Keeps, excluded, kept
from statera.proxy.experiments.shadow import Copies, Copy
from statera.proxy.experiments.tokens import HEADER, sign
from statera.proxy.headers import Pairs, sent
from statera.proxy.keeper import Armed
from statera.proxy.metrics import Metrics
from statera.proxy.upstream import UpstreamClient
from statera.proxy.wire.api import Api
from statera.proxy.wire.slots import Body
from statera.records.guarding import Passage
from statera.records.live import decision_number

logger = logging.getLogger("statera.guard")

NO_API, NOT_KEPT, FAILED = "no_such_api", "not_recorded", "failed"


class Served(NamedTuple):
    """One experiment: who gets what, how each arm is answered, which requests fit, what is read."""

    chooser: Chooser
    treatments: tuple[Treatment, ...]
    fitness: Fitness
    plan: Plan

    def unfit(self, api: str, body: Body) -> str:
        """Return why no arm's treatment is sure to fit the request; "" where all do."""
        if api not in self.fitness.apis:
            return NO_API
        if self.fitness.prompted and not takes_prompt(api, body):
            return NO_PROMPT
        return ""


class Records(NamedTuple):
    """Where facts go and what they are made with."""

    keeper: Keeps
    texts: Reader
    copies: Copies
    metrics: Metrics
    clock: Clock
    unit: bytes
    feedback: bytes
    barred: Callable[[str], str]


class Taken(NamedTuple):
    """An experiment that a request takes part in; `shown` is how it is answered.

    `copied`: the candidate that gets a copy in shadow mode.
    """

    served: Served
    choice: Choice
    shown: Treatment
    copied: Treatment | None = None


class Experiments:
    """The experiments that a worker serves."""

    def __init__(self, served: Sequence[Served], records: Records) -> None:
        self._served, self._records = tuple(served), records

    def enter(self, api: Api, headers: Pairs, body: Body, decision: str) -> "Part | None":
        """Return the request's part, exposed; None for one that takes none.

        An error of ours, or of the disk, leaves the request without a part and is counted: the
        client's request is answered as it came.
        """
        try:
            named = dict(reversed(headers))
            number = decision_number(decision) or 0
            taken = self._chosen(api, named, body, decision)
            if not taken:
                return None
            part = Part(api, taken, self._records, number)
            return part if self._exposed(taken, number) else None
        except Exception as error:
            logger.error("an experiment failed: %s", type(error).__name__, exc_info=error)
            for served in self._served:
                self._records.metrics.excluded(served.chooser.name, FAILED)
            return None

    def _chosen(
        self, api: Api, named: Mapping[bytes, bytes], body: Body, decision: str
    ) -> list[Taken]:
        found = []
        for served in self._served:
            choice = served.chooser.choose(named, body, decision)
            if isinstance(choice, Choice):
                name = served.chooser.name
                if why := self._records.barred(name) or served.unfit(api.name, body):
                    choice = Left(name, why)
                else:
                    found.append(taken_by(served, choice))
            if isinstance(choice, Left):
                self._left(choice, decision)
        return found

    def _left(self, left: Left, decision: str) -> None:
        """Count a request that takes no part, and write it down."""
        records = self._records
        records.metrics.excluded(*left)
        records.keeper.put(excluded(left, decision, records.clock.now()))

    def _exposed(self, taken: Sequence[Taken], decision: int) -> bool:
        """Write the exposures down; False where the disk did not take them."""
        records, at = self._records, self._records.clock.now()
        taken_down = kept(records.keeper, [one.choice.exposure(decision, at) for one in taken])
        for one in taken:
            choice = one.choice
            if taken_down:
                name = choice.design.experiment
                records.metrics.exposed(name, choice.name, choice.entry)
            else:
                records.metrics.excluded(choice.design.experiment, NOT_KEPT)
        return taken_down


def taken_by(served: Served, choice: Choice) -> Taken:
    """Return how a choice is answered: in shadow mode by the base, the arm's own gets a copy."""
    own, base = served.treatments[choice.arm], served.treatments[0]
    if choice.design.mode != "shadow" or choice.entry == "override":
        return Taken(served, choice, own)
    return Taken(served, choice, base, own if choice.arm else None)


class Part:
    """What one request takes part in, from its choice to its end."""

    def __init__(self, api: Api, taken: Sequence[Taken], records: Records, decision: int) -> None:
        self._api, self._taken, self._records = api, taken, records
        self._decision = decision
        self._asked: Sequence[Passage] = ()
        self._said: Sequence[Passage] = ()
        self._stream: list[bytes] | None = None
        self._room = MOST_STREAM
        self._response: object = None
        shown = [one.shown for one in taken]
        self._changes = [one.change for one in shown if not one.change.is_none]
        self._elsewhere = next((one for one in shown if one.client is not None), None)
        own = next((one.keeper for one in shown if one.keeper is not None), None)
        self.armed: Armed | None = own.armed if own is not None else None
        self.prompts = tuple(change.prompt for change in self._changes if change.prompt)
        self._reading = self._due()

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the client is told: experiments, arms, and what signs its feedback."""
        names = ",".join([one.choice.design.experiment for one in self._taken])
        arms = ",".join([one.shown.name for one in self._taken])
        token = sign(self._records.feedback, self._decision)
        return [(EXPERIMENT, names.encode()), (ARM, arms.encode()), (HEADER, token.encode())]

    @property
    def changes(self) -> bool:
        """Whether the request is rewritten."""
        return bool(self._changes)

    @property
    def model(self) -> str:
        """The model that the arm sets, "" where it is the one that the client names."""
        return next((change.model for change in self._changes if change.model), "")

    @property
    def upstream(self) -> UpstreamClient | None:
        """The arm's own model server, None for the guard's."""
        return self._elsewhere.client if self._elsewhere is not None else None

    def sent(self, headers: Pairs) -> list[tuple[bytes, bytes]]:
        """Return the client's headers as the arm's model server gets them."""
        if self._elsewhere is not None:
            return self._elsewhere.headers(headers, self._api.name)
        return sent(headers, as_json=True)

    def target(self, given: bytes) -> bytes:
        """Return the client's path and query as the arm's model server gets them."""
        return self._elsewhere.target(given) if self._elsewhere is not None else given

    def rewritten(self, body: Body) -> bytes:
        """Return the request as the arm has it."""
        for change in self._changes:
            body = rewritten(self._api.name, body, change)
        return encode(body)

    def passing(self, body: Body, size: int, headers: Pairs, target: bytes) -> None:
        """Say that the guard lets the request pass: copies of it may be sent."""
        for served, _, _, copied in self._taken:
            if copied is not None:
                name = served.chooser.name
                given = (name, self._decision, self._api, copied, body, size, headers, target)
                self._records.copies.send(Copy(*given, self._reading))

    def asking(self, asked: Sequence[Passage]) -> None:
        """Take note of what was asked."""
        self._asked = asked

    def hearing(self, body: Body, said: Sequence[Passage]) -> None:
        """Take note of a whole reply."""
        self._response, self._said = body.get("id"), said

    def named(self, response: object) -> None:
        """Take note of upstream's id of a streamed reply."""
        self._response = response

    def listening(self, send: Send) -> Send:
        """Return what sends a stream's bytes to the client and keeps the first of them."""
        if not self._reading:
            return send
        first = self._stream = []

        async def sending(message: Message) -> None:
            if (data := message.get("body")) and self._room > 0:
                first.append(data[: self._room])
                self._room -= len(data)
            await send(message)

        return sending

    def close(self, account: Account) -> None:
        """Record what came of it."""
        records, shown = self._records, self._taken[0].shown
        price = next((one.shown.price for one in self._taken if one.shown.price), None)
        fact = answered(
            account,
            decision=self._decision,
            at=records.clock.now(),
            arm=shown.name,
            response=response_number(records.unit, self._response),
            price=price,
        )
        said: Sequence[Passage] | bytes = b"".join(self._stream) if self._stream else self._said
        if not self._reading or not said or account.status >= 400 or account.output == "block":
            records.keeper.put(fact)
            return
        records.texts.take(Job(fact, self._asked, said, self._api, self._reading))

    def _due(self) -> Reading:
        """Return what is read of the answer, over all experiments."""
        due = [one.served.plan for one in self._taken]
        found = [plan.reading for plan in due if plan.reading and plan.due(self._decision)]
        if not found:
            return Reading()
        return Reading(
            any(one.refusal for one in found),
            any(one.hashed for one in found),
            tuple(dict(pair for one in found for pair in one.scorers).items()),
        )
