"""How each arm is answered: what it changes, by which policy, by which model server.

    treatments = open_treatments(opened, means)     # DeclarationError before anybody is exposed
    await treatments[1].keeper.open()

The client's headers and query go to an arm's endpoint only where that is on the host of
`--upstream`, and not without TLS where that has it. Any other endpoint gets the few headers that
its API needs, no cookie and nothing else that may name somebody, and the key in the variable of its
`key_env`.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from statera.errors import DeclarationError, unknown
from statera.experiment.design import Arm, Design, Price
from statera.experiment.opened import Opened
from statera.experiment.rewriting import GENERATING, Change
from statera.guard.checking import Observer
from statera.guard.policy import Policy, policy_path
from statera.guard.tools import Tools
from statera.protocols import Clock
from statera.proxy.headers import Pairs, sent
from statera.proxy.keeper import Keeper, PolicySource
from statera.proxy.terms import Terms, Upstream, check_terms, read_upstream
from statera.proxy.upstream import Limits, UpstreamClient
from statera.proxy.wire.api import Api
from statera.proxy.wire.parameters import SAMPLING
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.routes import known_apis

_CREDENTIALS = frozenset(
    {
        b"authorization", b"api-key", b"cookie", b"openai-organization", b"openai-project",
        b"x-api-key",
    }
)  # fmt: skip
_PASSED = frozenset(
    {
        b"accept", b"accept-encoding", b"anthropic-beta", b"anthropic-version", b"content-type",
        b"openai-beta", b"traceparent", b"user-agent",
    }
)  # fmt: skip
"""Headers of a client's that a strange endpoint gets: others may be its credentials or its name."""
_ASKED = (b"api-version", b"beta")
_WORDS = "two words"


class Means(NamedTuple):
    """What arms are opened with; `environ` holds their keys."""

    terms: Terms
    tools: Tools
    clock: Clock
    pool: Executor
    environ: Mapping[str, str]
    observer: Observer | None = None


class Treatment(NamedTuple):
    """One arm. Without `keeper` it has the guard's policy, without `client` the guard's upstream.

    `trusted`: its endpoint may see what the client sends; `key` goes in place of its credentials.
    """

    name: str
    change: Change
    keeper: Keeper | None = None
    client: UpstreamClient | None = None
    key: str = ""
    trusted: bool = True
    price: Price | None = None

    def headers(self, pairs: Pairs, api: str) -> list[tuple[bytes, bytes]]:
        """Return a client's headers as this arm's endpoint gets them."""
        kept = sent(pairs, as_json=True)
        if not self.trusted:
            kept = [pair for pair in kept if pair[0] in _PASSED]
        if self.key:
            kept = [pair for pair in kept if pair[0] not in _CREDENTIALS]
            kept.append((b"authorization", b"Bearer " + self.key.encode()))
            if api == "messages":
                kept.append((b"x-api-key", self.key.encode()))
        return kept

    def target(self, given: bytes) -> bytes:
        """Return a client's path and query as this arm's endpoint gets them."""
        if self.trusted:
            return given
        path, _, query = given.partition(b"?")
        kept = [one for one in query.split(b"&") if one.partition(b"=")[0] in _ASKED]
        return path + b"?" + b"&".join(kept) if kept else path


class Fitness(NamedTuple):
    """Which requests can be treated by every arm, so that who takes part depends on no arm.

    `apis` take the parameters of all arms; `prompted`: some arm sets a system prompt.
    """

    apis: frozenset[str]
    prompted: bool


def open_treatments(opened: Opened, means: Means) -> tuple[Treatment, ...]:
    """Return how each arm is answered, in their order; keepers are still to be opened.

    DeclarationError for an endpoint or key that is not there, or a policy that is none.
    """
    return tuple(_treatment(opened, arm, means) for arm in opened.design.arms)


def fitness(opened: Opened) -> Fitness:
    """Return which requests can be treated; DeclarationError for parameters that none can take."""
    known = {api.name: api for api in known_apis().values() if api.name in GENERATING}
    apis = set(known)
    for number, arm in enumerate(opened.design.arms):
        place = f"{opened.source}: arms[{number}].parameters"
        for name, value in arm.parameters.items():
            apis &= _taking(list(known.values()), name, value, place)
    if not apis:
        raise DeclarationError(
            f"{opened.source}: arms: no API takes all these parameters: "
            f"{', '.join(_parameters(opened.design))}"
        )
    return Fitness(frozenset(apis), bool(opened.prompts))


def _taking(apis: Sequence[Api], name: str, value: object, place: str) -> set[str]:
    """Return the APIs that take this value; DeclarationError when there are none."""
    knowing = [api for api in apis if _knows(api, name)]
    if not knowing:
        try:
            raise unknown("parameter", name, sorted(SAMPLING))
        except DeclarationError as error:
            raise DeclarationError(f"{place}: {error}") from None
    found, why = set(), ""
    for api in knowing:
        try:
            api.read_request({name: value}, Policy())
        except Refused as refused:
            why = str(refused)
        else:
            found.add(api.name)
    if not found:
        raise DeclarationError(f"{place}: {why}")
    return found


def _knows(api: Api, name: str) -> bool:
    """Return whether the API has a field of this name: a text in an unknown one is refused."""
    try:
        api.read_request({name: _WORDS}, Policy())
    except Refused as refused:
        return refused.code != "unknown_field" or refused.param != name
    return True


def _parameters(design: Design) -> list[str]:
    return sorted({name for arm in design.arms for name in arm.parameters})


def _treatment(opened: Opened, arm: Arm, means: Means) -> Treatment:
    url, _, model = arm.model.rpartition("#")
    change = Change(model, opened.prompts.get(arm.name, ""), arm.place, arm.parameters)
    keeper = _keeper(opened.policies[arm.name], means) if arm.policy else None
    if not url:
        return Treatment(arm.name, change, keeper, price=arm.price)
    there = _endpoint(url, opened, arm, means)
    terms = means.terms
    client = UpstreamClient(
        there, Limits(terms.connect_seconds, terms.read_seconds, terms.idle_seconds)
    )
    trusted = _trusted(read_upstream(terms.upstream), there)
    key = _key(opened, arm, means.environ)
    return Treatment(arm.name, change, keeper, client, key, trusted, arm.price)


def _endpoint(url: str, opened: Opened, arm: Arm, means: Means) -> Upstream:
    try:
        check_terms(structs.replace(means.terms, upstream=url))
        return read_upstream(url)
    except DeclarationError as error:
        raise DeclarationError(f"{opened.source}: arm '{arm.name}': {error}") from None


def _key(opened: Opened, arm: Arm, environ: Mapping[str, str]) -> str:
    if not arm.key_env:
        return ""
    if not (key := environ.get(arm.key_env, "").strip()):
        raise DeclarationError(
            f"{opened.source}: arm '{arm.name}': the environment has no {arm.key_env}, which "
            "key_env names"
        )
    return key


def _trusted(upstream: Upstream, there: Upstream) -> bool:
    same = (upstream.host, upstream.socket) == (there.host, there.socket)
    return same and (there.tls or not upstream.tls)


def _keeper(policy: str, means: Means) -> Keeper:
    path = policy_path(policy)
    return Keeper(
        PolicySource(Path(path)),
        means.tools._replace(folder=path.parent),
        clock=means.clock,
        pool=means.pool,
        observer=means.observer,
    )
