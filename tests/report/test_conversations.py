from statera.records.requests import Chat, Complete, Message, Request
from statera.records.responses import Response
from statera.records.trials import Exchange
from statera.report.conversations import added, goes_on_from, heading

QUESTION, DOUBT = Message("user", "2 + 3?"), Message("user", "Sure?")


def exchange(request: Request, reply: str) -> Exchange:
    return Exchange(request, Response(text=reply, finish="stop"))


FIRST = exchange(Chat(messages=(QUESTION,)), "five")
SECOND = exchange(Chat(messages=(QUESTION, Message("assistant", "five"), DOUBT)), "six")
THIRD = exchange(Chat(messages=(QUESTION, Message("assistant", "nine"), DOUBT)), "ten")
ALL = (FIRST, SECOND, THIRD, FIRST)


def test_an_exchange_goes_on_from_the_one_whose_reply_it_holds() -> None:
    assert [goes_on_from(ALL, place) for place in range(4)] == [None, 0, None, None]
    assert heading(ALL, 0) == "exchange 1 of 4"
    assert heading(ALL, 1) == "exchange 2 of 4 · goes on from exchange 1"
    assert heading(ALL, 3) == "exchange 4 of 4 · a fresh conversation"
    assert heading((FIRST,), 0) == ""


def test_only_what_is_new_is_asked() -> None:
    assert added(ALL, 1) == Chat(messages=(DOUBT,))
    assert added(ALL, 2) == THIRD.request
    text = exchange(Complete(prompt="p"), "q")
    assert added((text, text), 1) == text.request
