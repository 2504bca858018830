"""What an audit comes to: its state, its reasons, its exit code and what is kept of it."""

import json
from itertools import product

import msgspec
import pytest

from statera.analysis.audit import Audit, audited, warned_earlier
from statera.analysis.judgeaudit.figures import WORST, Measure, Section, State, figure
from statera.analysis.judgeaudit.sanity import NAME as SANITY
from statera.analysis.judgeaudit.sanity import TaskState
from statera.analysis.judgeaudit.shares import shares
from statera.analysis.judgeaudit.verdicts import NAME as VERDICTS
from statera.codec.files import to_json
from tests.analysis.judgeaudit.audits_made import ABOUT, decided, measured, section


@pytest.mark.parametrize(
    ("states", "state", "code"),
    [
        ([], "ok", 0),
        ([("position", "ok"), ("drift", "not measured")], "ok", 0),
        ([("position", "warning")], "warning", 0),
        ([(VERDICTS, "warning")], "warning", 0),
        ([(VERDICTS, "void")], "void", 1),
        ([(SANITY, "void"), ("position", "warning")], "void", 1),
        ([(SANITY, "not shown"), ("position", "warning")], "not shown", 3),
        ([(SANITY, "not measured")], "not shown", 3),
        ([(VERDICTS, "not measured")], "not shown", 3),
        ([(VERDICTS, "void"), (SANITY, "not measured")], "void", 1),
        ([(VERDICTS, "void"), (SANITY, "not shown")], "void", 1),
    ],
)
def test_the_worst_decides_and_what_is_needed_must_be_measured(
    states: list[tuple[str, State]], state: State, code: int
) -> None:
    found = decided(*states)
    assert (found.state, found.exit_code) == (state, code)
    assert found.void == (state == "void")


def test_no_bias_alone_voids_a_judge_or_lets_a_void_one_stand() -> None:
    biases = ("position", "verbosity", "self-enhancement", "consistency", "drift")
    allowed: tuple[State, ...] = ("ok", "warning", "not measured")
    for one, other in product(allowed, repeat=2):
        states = [(name, one) for name in biases[:2]] + [(name, other) for name in biases[2:]]
        assert decided(*states).exit_code == 0
        assert decided((VERDICTS, "void"), *states).exit_code == 1


def test_why_names_what_stops_and_nothing_else() -> None:
    tasks = (
        TaskState(task="a", state="void", why="a: attack reply gets 0.90"),
        TaskState(task="b", state="not shown", why="b: too few"),
        TaskState(task="c", state="ok"),
    )
    found = decided((SANITY, "void"), (VERDICTS, "void"), ("position", "warning"), tasks=tasks)
    assert found.why == ("a: attack reply gets 0.90", f"{VERDICTS} is void")
    assert decided(("position", "warning")).why == ()
    assert decided((SANITY, "not measured")).why == (f"{SANITY}: not measured",)


def test_a_void_task_voids_the_audit_and_the_others_keep_their_state() -> None:
    tasks = (TaskState(task="a", state="ok"), TaskState(task="b", state="void", why="b: bad"))
    found = decided((SANITY, "void"), tasks=tasks)
    assert found.state == "void"
    kept = found.record["tasks"]
    assert kept == {
        "a": {"task": "a", "state": "ok", "why": ""},
        "b": {"task": "b", "state": "void", "why": "b: bad"},
    }


def test_sections_are_found_by_name_and_criterion() -> None:
    found = audited(
        ABOUT,
        [
            section("position", "ok", criterion="tone"),
            section("position", "warning", criterion="facts"),
        ],
        (),
    )
    assert found.section("position").criterion == "tone"
    assert found.section("position", "facts").state == "warning"
    for name, criterion in (("drift", ""), ("position", "none")):
        with pytest.raises(KeyError):
            found.section(name, criterion)


def test_sections_that_say_the_same_are_one() -> None:
    twice = [section("position", "not measured", "no place"), section("drift", "ok")] * 2
    assert [part.name for part in audited(ABOUT, twice, ()).sections] == ["position", "drift"]


def test_sections_are_listed_by_how_they_came_out() -> None:
    found = audited(
        ABOUT,
        [
            section(VERDICTS, "ok"),
            section("position", "ok", criterion="tone"),
            section("position", "ok", criterion="facts"),
            section("verbosity", "warning"),
            section("drift", "not measured"),
        ],
        (),
    )
    assert found.by_state == {
        "warning": ("verbosity",),
        "ok": (VERDICTS, "position"),
        "not measured": ("drift",),
    }
    assert list(found.by_state) == [state for state in WORST if state in found.by_state]


def test_what_is_kept_is_plain_and_says_why() -> None:
    found = measured(gets=0.9)
    kept = json.loads(json.dumps(found.record))
    assert kept["void"] is True
    assert kept["state"] == "void"
    assert kept["why"].startswith("open: attack reply gets 0.90")
    assert kept["states"] == {VERDICTS: "ok", SANITY: "void", "position better": "warning"}
    assert (kept["judgements"], kept["runs"]) == (240, ["aaaaaaaabbbb", "ccccccccdddd"])


def test_json_holds_every_figure_and_comes_back() -> None:
    found = measured()
    text = to_json(found)
    assert msgspec.json.decode(text, type=Audit) == found
    shown = json.loads(text)["sections"][2]["figures"][0]
    assert shown["name"] == "flip rate"
    assert (shown["value"], shown["n"], shown["asked"]) == (0.2, 50, 50)
    assert {"low", "high", "level", "method", "source", "clusters", "of", "reads"} <= set(shown)


def test_every_figure_has_an_interval_or_says_why_a_method_and_its_unit() -> None:
    for part in measured().sections:
        for shown in part.figures:
            assert shown.method
            assert shown.reads
            assert shown.of
            assert shown.low is not None
            assert shown.high is not None
            assert shown.value is not None
            assert shown.low <= shown.value <= shown.high


def test_a_fair_judge_stands_with_its_warnings() -> None:
    assert (measured().state, measured().exit_code) == ("warning", 0)
    assert measured(unread=11).state == "void"
    assert measured(unread=11).why[1].startswith("11.0 % of the replies hold no verdict")


def on(count: int, state: State, fault: str = "") -> Section:
    """Return a section about self-enhancement that rests on so many replies."""
    shown = figure(Measure("gap", "replies", ""), shares([0.5, 0.5], ["a", "b"]), n=count)
    made = section("self-enhancement", state, fault=fault)
    return msgspec.structs.replace(made, figures=(shown,) if count else ())


def test_what_an_audit_warns_of_is_on_record_with_what_it_rests_on() -> None:
    found = audited(
        ABOUT, [on(200, "warning", "it favours its own"), section("drift", "warning")], ()
    )
    assert found.record["warnings"] == [
        {"name": "self-enhancement", "fault": "it favours its own", "n": 200, "criterion": ""}
    ]
    (warned,) = found.warned
    assert str(warned) == "self-enhancement: it favours its own"
    assert str(msgspec.structs.replace(warned, criterion="tone")).startswith(
        "self-enhancement of tone"
    )


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        (on(0, "not measured"), True),
        (on(20, "ok"), True),
        (on(20, "warning", "by +0.300"), True),
        (on(0, "warning", "one family"), True),
        (on(200, "ok"), False),
        (on(200, "warning", "by +0.140"), False),
        (section("position", "ok"), True),
    ],
)
def test_a_warning_stands_until_an_audit_of_as_much_settles_it(now: Section, stands: bool) -> None:
    before = audited(ABOUT, [on(200, "warning", "by +0.150")], ()).record
    left = warned_earlier(before, [now])
    assert bool(left) is stands
    needed = [section(SANITY, "ok"), section(VERDICTS, "ok")]
    again = audited(ABOUT, [*needed, now], (), left)
    assert again.exit_code == 0
    assert (again.state == "warning") is (stands or now.state == "warning")
    kept = again.record["warnings"]
    assert isinstance(kept, list)
    assert ("by +0.150" in [one["fault"] for one in kept]) is stands


def test_nothing_was_found_earlier_where_nothing_is_on_record() -> None:
    assert warned_earlier({}, [on(20, "ok")]) == ()
