from collections.abc import Iterator
from typing import Any

import pytest

from statera.web.serving import running
from statera.web.studyapp import study_app
from tests.web.served import Answered, asked
from tests.web.studies_made import ANA, BEN, STUDY, World

SECRETS = ("warm-arm", "base-arm", "task-capital", "task-letter", STUDY.experiment, "Canberra")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def base(world: World) -> Iterator[str]:
    closed: list[bool] = []

    async def close() -> None:
        closed.append(True)

    app = study_app(world.room, (ANA, BEN), close)
    with running(app, host="127.0.0.1", port=0, name="study", lifespan="on") as address:
        yield address
    assert closed == [True]


def act(base: str, what: str, token: str = ANA.token, **more: object) -> Answered:
    return asked(f"{base}/{token}/", "act", body={"act": what, **more})


def test_a_study_over_http_tells_nothing_of_arms_and_tasks(base: str) -> None:
    url = f"{base}/{ANA.token}/"
    seen: list[Answered] = [
        asked(url, path) for path in ("", "now", "study.js", "study.css", "label.css")
    ]
    assert all(one.status == 200 for one in seen)
    assert "Study &lt;i&gt;x&lt;/i&gt;" in seen[0].body
    seen.append(act(base, "agree"))
    for position in (1, 2):
        seen.append(act(base, "say", position=position, text="hello"))
        assert seen[-1].json["turns"][-1]["reply"] == "answer to hello"
        seen.append(act(base, "done", position=position, solved=True, rating=5, text="Sydney"))
    assert seen[-1].json["stage"] == "prefer"
    seen.append(act(base, "prefer", choice="no"))
    assert seen[-1].json["stage"] == "end"
    sent = "".join(f"{one.headers}{one.body}" for one in seen)
    assert not [secret for secret in SECRETS if secret in sent]


def test_without_a_link_there_is_nothing(base: str) -> None:
    for path in ("/", f"/{'c' * 32}/", f"/{'c' * 32}/now", f"/{'c' * 32}/study.js"):
        assert asked(base, path).status == 404
    assert act(base, "agree", "c" * 32).status == 404


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"act": "dance"}, 400, "Allowed: agree"),
        ({"act": "say", "position": 1, "text": " "}, 400, "a message has 1 to"),
        ({"act": "say", "position": 7, "text": "x"}, 409, "another window"),
        ({"act": "say", "position": 1, "text": "x" * 210_000}, 413, "too long"),
        ({"act": "done", "position": 1, "solved": "yes"}, 400, "Expected"),
        ({"act": "done", "position": 1, "arm": "warm"}, 400, "unknown field"),
    ],
)
def test_an_act_that_does_not_fit_is_told(
    base: str, world: World, body: dict[str, Any], status: int, told: str
) -> None:
    act(base, "agree")
    answer = asked(f"{base}/{ANA.token}/", "act", body=body)
    assert answer.status == status
    assert told in answer.json["error"]
    assert world.facts == []


def test_what_cannot_be_kept_is_told_and_nothing_moves(base: str, world: World) -> None:
    act(base, "agree")
    world.away = True
    answer = act(base, "say", position=1, text="hello")
    assert (answer.status, "try again" in answer.json["error"]) == (507, True)
    assert act(base, "skip", position=1).status == 200


def test_people_withdraw_each_for_themselves(base: str, world: World) -> None:
    for person in (ANA, BEN):
        act(base, "agree", person.token)
    assert act(base, "withdraw").json["stage"] == "withdrawn"
    assert world.forgotten == [ANA.unit]
    assert asked(f"{base}/{ANA.token}/", "now").json["stage"] == "withdrawn"
    assert asked(f"{base}/{BEN.token}/", "now").json["stage"] == "work"
    assert act(base, "say", position=1, text="hello").status == 409


def test_another_site_cannot_act(base: str) -> None:
    answer = asked(
        f"{base}/{ANA.token}/", "act", body={"act": "agree"}, headers={"Origin": "http://evil"}
    )
    assert answer.status == 403
