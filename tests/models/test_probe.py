import asyncio
from collections import Counter

import pytest

from statera.errors import EndpointError
from statera.models.probe import (
    FOREIGN,
    NATURAL,
    SCRAMBLED,
    EchoFindings,
    probe_echo,
    what_offsets_count,
)
from statera.models.prompt_logprobs import TokenLogprobs
from statera.models.transport import HttpReply, Timeouts, Transport
from statera.records.responses import Failure
from tests.echo_endpoint import EchoEndpoint, EchoStyle


def refuse(reply: HttpReply) -> Failure:
    if reply.status == 401:
        raise EndpointError("401: wrong key")
    return Failure(kind="infra", message="refused", status=reply.status)


def probe(style: EchoStyle) -> EchoFindings:
    async def main(url: str) -> EchoFindings:
        transport = Transport(url, timeouts=Timeouts(total=10.0))
        try:
            return await probe_echo(lambda body: transport.post("/completions", body), refuse, "m")
        finally:
            await transport.close()

    with EchoEndpoint(style) as endpoint:
        found = asyncio.run(main(endpoint.url))
        assert len(endpoint.bodies) <= 7
        return found


@pytest.mark.parametrize(
    ("style", "max_tokens", "lists", "offsets"),
    [
        (EchoStyle(), 0, True, "characters"),
        (EchoStyle(bos=True), 0, True, "characters"),
        (EchoStyle(zero="one"), 1, True, "characters"),
        (EchoStyle(zero="unlimited"), 1, True, "characters"),
        (EchoStyle(zero="rejected"), 1, True, "characters"),
        (EchoStyle(zero="one", listed=False), 1, True, "characters"),
        (EchoStyle(zero="one", generates=""), 0, True, "characters"),
        (EchoStyle(lists=False), 0, False, "characters"),
        (EchoStyle(offsets="bytes"), 0, True, "bytes"),
        (EchoStyle(offsets="absent"), 0, True, "absent"),
        (EchoStyle(partial="empty"), 0, True, "characters"),
        (EchoStyle(tops=False), 0, True, "characters"),
        (EchoStyle(raw=True, offsets="absent"), 0, True, "absent"),
    ],
)
def test_endpoints_that_can_be_trusted(
    style: EchoStyle, max_tokens: int, lists: bool, offsets: str
) -> None:
    found = probe(style)
    assert found.reason == ""
    assert found.habits.max_tokens == max_tokens
    assert found.habits.lists is lists
    assert found.habits.offsets == offsets


@pytest.mark.parametrize(
    ("style", "reason"),
    [
        (EchoStyle(ignores_echo=True), "echo is ignored: the reply is ' and'"),
        (EchoStyle(shift=1), "scores are shifted by one: .* is the next one"),
        (EchoStyle(shift=-1), "scores are shifted by one: .* is the previous one"),
        (EchoStyle(shift=1, tops=False), "scores do not follow the text"),
        (EchoStyle(constant=-1.0, tops=False), "scores do not follow the text"),
        (EchoStyle(constant=0.5), "above 0"),
        (EchoStyle(chat_logprobs=True), "no token log-probabilities"),
        (EchoStyle(drops_first=True), "tokens came back with"),
        (EchoStyle(keeps=10), "do not spell the prompt"),
    ],
)
def test_endpoints_that_get_it_wrong_are_refused_with_the_reason(
    style: EchoStyle, reason: str
) -> None:
    found = probe(style)
    assert found.completions
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(found.reason)


def test_no_completions_at_all() -> None:
    found = probe(EchoStyle(status=404, words="Not Found"))
    assert not found.completions
    assert found.reason == "/completions is not offered: 404 Not Found"


def test_a_wrong_key_stops_instead_of_becoming_a_reason() -> None:
    with pytest.raises(EndpointError, match="wrong key"):
        probe(EchoStyle(status=401))


@pytest.mark.parametrize("status", [400, 500])
def test_a_refusal_of_echo_alone_leaves_completions(status: int) -> None:
    found = probe(EchoStyle(refuses_echo=True, status_of_echo=status, words="no echo"))
    assert found.completions
    assert found.reason == f"echo with logprobs is refused: {status} no echo"


@pytest.mark.parametrize("fault", ["status", "html", "empty"])
def test_one_fault_is_not_taken_for_a_habit(fault: str) -> None:
    assert probe(EchoStyle(first_fault=fault)).reason == ""  # type: ignore[arg-type]


def test_a_busy_server_says_nothing_about_echo() -> None:
    found = probe(EchoStyle(status=429))
    assert found.reason == "refused"


def test_the_disorder_has_the_same_words() -> None:
    def words(text: str) -> Counter[str]:
        return Counter(text.replace(".", "").split())

    assert words(NATURAL) == words(SCRAMBLED)


def test_offsets_are_only_named_when_every_readable_token_is_there() -> None:
    wrong = TokenLogprobs(tokens=["Zo", "ë's"], token_logprobs=[None, -1.0], text_offset=[0, 1])
    assert what_offsets_count(wrong, 2, FOREIGN) == "other"
