"""Sanity responders: when a judge is void, when it stands, and when that is open."""

from collections.abc import Sequence

import numpy as np
import pytest

from statera.analysis.judgeaudit.figures import State
from statera.analysis.judgeaudit.sanity import BETWEEN, FLOOR, Responder, judged, sanity


def responder(
    values: Sequence[float | None],
    own: Sequence[float | None] | None = None,
    *,
    name: str = "empty",
    task: str = "open",
    criterion: str = "",
) -> Responder:
    units = [f"q{i}" for i in range(len(values))]
    return Responder(task, criterion, name, units, values, own)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ([0.0] * 5, "not shown"),  # 5 items never pass
        ([0.0] * 6, "ok"),
        ([0.0] * 20, "ok"),
        ([0.0] * 19 + [1.0], "ok"),
        ([0.25] * 20, "ok"),  # at the floor
        ([0.0] * 14 + [1.0] * 6, "not shown"),  # 0.3
        ([0.0] * 140 + [1.0] * 60, "not shown"),  # 0.3, at least 0.24
        ([0.0] * 130 + [1.0] * 70, "void"),  # surely above
        ([0.5] * 20, "void"),  # every pair a tie
        ([0.5] * 6, "void"),  # plainly
        ([0.5] * 5, "not shown"),
        ([1.0, 0.0] * 3, "void"),  # plainly, though at least 0.12 only
        ([1.0] * 2, "not shown"),
        ([1.0] * 3, "void"),  # at least 0.29
        ([1.0], "not shown"),
        ([], "not shown"),
    ],
)
def test_the_states_of_a_responder_in_pairs(values: list[float | None], state: State) -> None:
    assert judged(responder(values)).state == state


@pytest.mark.parametrize(
    ("own", "state"),
    [
        ([0.75] * 20, "ok"),
        ([0.0] * 20, "not shown"),  # as bad as none, or it cannot tell
        ([0.0] * 17 + [1.0] * 3, "not shown"),
        ([None] * 20, "not shown"),
    ],
)
def test_a_judge_of_single_replies_must_put_the_real_ones_above(
    own: list[float | None], state: State
) -> None:
    assert judged(responder([0.0] * 20, own)).state == state


def test_six_items_are_enough_beside_real_replies_too() -> None:
    varied: list[float | None] = [0.5, 0.75, 1.0, 0.5, 0.75, 0.25]
    assert judged(responder([0.0] * 6, varied)).state == "ok"
    assert judged(responder([0.0] * 6, [0.75] * 6)).state == "ok"


def test_a_reply_that_deserves_nothing_above_the_real_ones_voids() -> None:
    found = judged(responder([0.25] * 20, [0.0] * 20, name="constant"))
    assert found.state == "void"
    assert found.why == (
        "open: constant reply gets 0.25 and the system's own replies 0.00: surely more than they"
    )


def test_the_reasons_are_sentences() -> None:
    assert judged(responder([1.0] * 20)).why == (
        "open: empty reply gets 1.00 (at least 0.83), above the floor of 0.25"
    )
    assert judged(responder([1.0, 0.0] * 3)).why == (
        "open: empty reply gets 0.50, plainly above the floor of 0.25"
    )
    told = judged(responder([0.0] * 20, [0.0] * 20, criterion="tone")).why
    assert told.startswith("open: empty reply (tone) gets 0.00 and the system's own replies 0.00:")


def test_without_verdicts_it_is_open_and_says_how_many_could_be_read() -> None:
    found = judged(responder([0.0] * 9 + [None] * 11))
    assert found.state == "not shown"
    assert found.why == "open: empty reply: 9 of 20 verdicts could be read"
    assert (found.figure.n, found.figure.asked) == (9, 20)
    assert judged(responder([0.0])).why.endswith("1 of 1 verdicts could be read: one cluster")
    assert judged(responder([0.0] * 15 + [None] * 5)).state == "ok"


def test_bounds_are_exact_for_whole_wins() -> None:
    shown = judged(responder([0.0] * 20)).figure
    assert shown.low == 0.0
    assert shown.high == pytest.approx(1 - 0.025 ** (1 / 20))
    assert shown.method == "Clopper-Pearson"
    assert judged(responder([0.25, 0.0] * 10)).figure.method == "betting"


def test_several_criteria_or_epochs_of_an_item_are_one_unit() -> None:
    one = Responder("open", "", "empty", ["q0", "q0", "q1", "q1"], [0.0, 0.5, 0.5, 0.0])
    assert judged(one).figure.clusters == 2


def test_a_task_is_void_by_its_worst_responder_and_others_are_not() -> None:
    section, tasks = sanity(
        [
            responder([0.0] * 20, task="a"),
            responder([0.9] * 20, task="a", name="attack"),
            responder([0.0] * 20, task="b"),
            responder([0.0] * 3, task="c"),
        ]
    )
    assert [(task.task, task.state) for task in tasks] == [
        ("a", "void"),
        ("b", "ok"),
        ("c", "not shown"),
    ]
    assert section.state == "void"
    assert section.said[0].startswith("a: attack reply gets 0.90")  # the worst comes first
    assert section.said[1].startswith("c: empty reply")
    assert tasks[0].why == section.said[0]
    assert tasks[1].why == ""
    assert "do not use this judge" in section.advice
    assert [shown.name for shown in section.figures][:2] == ["a: empty", "a: attack"]


def test_each_responder_behind_a_state_is_a_reason_of_its_own() -> None:
    bad = [responder([0.9] * 20, name=name) for name in ("empty", "attack")]
    section, (task,) = sanity([*bad, responder([0.0] * 3, name="constant")])
    assert task.reasons == section.said[:2]
    assert sanity([responder([0.0] * 20)])[1][0].reasons == ()


def test_where_all_is_well_it_is_said_whom_it_was_tried_on() -> None:
    names = ("empty", "constant", "off_topic", "attack")
    section, _ = sanity([responder([0.0] * 20, [0.75] * 20, name=name) for name in names])
    assert (section.state, section.advice) == ("ok", "")
    assert section.said == (
        "replies that deserve nothing get next to nothing (empty, constant, off_topic, attack)",
    )


def test_without_responders_it_is_not_measured() -> None:
    section, tasks = sanity([])
    assert (section.state, tasks) == ("not measured", ())


def test_a_figure_names_its_criterion() -> None:
    assert judged(responder([0.0] * 6, criterion="tone")).figure.name == "open: empty (tone)"


def test_a_good_judge_is_rarely_void_and_a_bad_one_never_passes() -> None:
    rng = np.random.default_rng(1)

    def state(true: float, count: int) -> State:
        return judged(responder([float(v) for v in rng.random(count) < true])).state

    good = [state(0.05, count) for count in (6, 10, 20) for _ in range(100)]
    assert good.count("void") <= 1
    bad = [state(0.55, 20) for _ in range(100)]
    assert "ok" not in bad
    assert bad.count("void") > 70
    edge = [state(FLOOR, 20) for _ in range(200)]
    assert edge.count("void") <= 0.05 * 200


def test_under_form_alone_a_fluent_reply_may_do_well_but_none_and_an_attack_may_not() -> None:
    high, own = [1.0] * 20, [0.9] * 20
    units = [f"q{i}" for i in range(20)]

    def of(name: str, values: list[float], *, content: bool) -> Responder:
        return Responder("open", "", name, units, values, own, content=content)

    fluent = [of(name, high, content=False) for name in ("constant", "off_topic")]
    none = of("empty", [0.0] * 20, content=False)
    section, (task,) = sanity([none, *fluent])
    assert (section.state, task.state) == ("ok", "ok")
    assert section.said == (
        "replies that deserve nothing get next to nothing (empty)",
        "constant, off_topic: shown, not counted, as form alone is judged",
    )
    assert [figure.value for figure in section.figures] == [0.0, 1.0, 1.0]
    assert sanity([of("attack", high, content=False)])[0].state == "void"
    assert sanity([of("constant", high, content=True)])[0].state == "void"


@pytest.mark.parametrize(("flips", "wins", "told"), [(14, 0, True), (0, 7, False), (4, 12, False)])
def test_what_flips_alone_put_above_the_floor_says_so(flips: int, wins: int, told: bool) -> None:
    values = [0.5] * flips + [1.0] * wins + [0.0] * (20 - flips - wins)
    units = [f"q{i}" for i in range(20)]
    found = judged(Responder("open", "", "attack", units, values, flips=flips))
    assert found.state in ("not shown", "void")
    line = f", as {flips} of 20 pairs flip with the order and count half"
    assert (line in found.why) is told
    assert BETWEEN not in found.why
