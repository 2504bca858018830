import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import statera as st
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.judges_made import CHECKLIST, PAIRWISE, REFERENCE, stored, write_judge
from tests.panels_made import NAMES, judge_model, rubric


def first_shown(prompt: str) -> str:
    return "The first.\n[[A]]"


def longest(prompt: str) -> str:
    first, second = (part.split(">>>")[0] for part in prompt.split("Reply A:")[1].split("Reply B:"))
    return "[[A]]" if len(first) > len(second) else "[[B]]"


def test_one_pair_is_judged_by_any_function() -> None:
    asked = {"prompt": "2 + 2?", "a": "It is 4, as two and two are.", "b": "4"}
    assert st.prefer(PAIRWISE, longest, **asked).label == "win"
    assert st.prefer(PAIRWISE, first_shown, **asked).label == "flip"
    silent = st.prefer(PAIRWISE, lambda prompt: "Well.", **asked)
    assert (silent.value, silent.outcome) == (None, "unparsed")


def test_one_reply_is_graded_under_each_criterion() -> None:
    found = st.grade(REFERENCE, lambda prompt: "Good.\n[4]", prompt="q", output="o", reference="r")
    assert {name: verdict.label for name, verdict in found.items()} == {"reference": "4"}
    yes = st.grade(CHECKLIST, lambda prompt: "1: yes\n2: yes", prompt="q", output="o")
    assert yes["list"].value == 1.0


def test_it_works_inside_a_running_loop() -> None:
    async def notebook() -> float | None:
        return st.prefer(PAIRWISE, longest, prompt="q", a="longer", b="short").value

    assert asyncio.run(notebook()) == 1.0


def outputs(*texts: str) -> list[st.Output]:
    return [st.Output(id=str(i), prompt="q", output=text) for i, text in enumerate(texts)]


def test_two_lists_come_to_a_win_rate(store: RunStore) -> None:
    ours, theirs = outputs("longer", "short", "longest"), outputs("long", "longest", "l")
    (row,) = st.win_rate(PAIRWISE, longest, ours, theirs)
    assert (row.rate.wins, row.rate.losses, row.rate.items) == (2, 1, 3)
    kept = st.win_rate(PAIRWISE, longest, ours, theirs, store=store)
    assert kept == [row]
    assert store.runs()[0].judging


def test_an_id_that_a_list_has_twice_is_refused_before_anything_is_asked() -> None:
    def never(prompt: str) -> str:
        raise AssertionError(prompt)

    twice = [*outputs("a", "b"), *outputs("c")]
    with pytest.raises(DeclarationError, match=r"^A has the id '0' twice$"):
        st.win_rate(PAIRWISE, never, twice, outputs("a"))
    with pytest.raises(DeclarationError, match=r"^old has the id '0' twice$"):
        st.rank(PAIRWISE, never, {"new": outputs("a"), "mini": outputs("b"), "old": twice})


def test_two_runs_keep_their_verdicts_as_scores(store: RunStore) -> None:
    new = st.Run(store, stored(store, ["longer", "short"], name="new"))
    old = st.Run(store, stored(store, ["long", "longest"], name="old"))
    row, *categories = st.win_rate(PAIRWISE, longest, new, old)
    assert [of.category for of in categories] == ["even", "odd"]
    assert (row.rate.value, row.task) == (0.5, "open")
    again = st.Run(store, store.find(new.info.id))
    assert again["open/pairwise"].estimate == 0.5
    with pytest.raises(DeclarationError, match="two runs, or two lists"):
        st.win_rate(PAIRWISE, longest, new, outputs("a"))


def test_a_run_is_graded_and_read_back(store: RunStore) -> None:
    run = st.Run(store, stored(store, ["a", "b"]))
    judged = st.judge(run, REFERENCE, lambda prompt: "[5]")
    assert judged["open/reference"].estimate == 1.0
    with pytest.raises(DeclarationError, match="compares pairs"):
        st.judge(run, PAIRWISE, longest)


def test_a_judge_needs_what_its_rubric_needs() -> None:
    with pytest.raises(DeclarationError, match="grades against a reference"):
        st.grade(REFERENCE, lambda prompt: "[5]", prompt="q", output="o")
    with pytest.raises(DeclarationError, match="grades against a reference"):
        st.grade(REFERENCE, lambda prompt: "[5]", prompt="q", output="o", reference=" ")
    with pytest.raises(DeclarationError, match="compares pairs"):
        st.grade(PAIRWISE, first_shown, prompt="q", output="o")


def test_many_are_ranked_by_name(store: RunStore) -> None:
    three = {"a": outputs("longest", "x"), "b": outputs("longer", "xx"), "c": outputs("", "xxx")}
    (board,) = st.rank(PAIRWISE, longest, three, base="b", controls=["length"])
    assert {one.model: (one.won, one.lost) for one in board.raw.models} == {
        "a": (1, 1),
        "b": (2, 2),
        "c": (1, 1),
    }
    assert (board.task, board.asked, board.base) == ("outputs", 4, "b")
    assert not store.runs()
    st.rank(PAIRWISE, longest, three, store=store)
    assert store.runs()[0].judging


def test_runs_are_ranked_in_their_store(store: RunStore) -> None:
    texts = {"new": ["longest", "a"], "old": ["longer", "bb"], "mini": ["", "ccc"]}
    runs = {name: st.Run(store, stored(store, own, name=name)) for name, own in texts.items()}
    (board,) = st.rank(PAIRWISE, longest, runs)
    assert {one.model: (one.won, one.lost) for one in board.raw.models} == {
        "new": (2, 2),
        "old": (2, 2),
        "mini": (2, 2),
    }
    assert [one.rank for one in board.raw.models] == [1, 1, 1]
    assert store.runs()[0].judging
    with pytest.raises(DeclarationError, match="runs only, or lists of outputs only"):
        st.rank(PAIRWISE, longest, {**runs, "list": outputs("a")})
    with pytest.raises(DeclarationError, match="unknown control"):
        st.rank(PAIRWISE, longest, runs, controls=["tone"])
    with pytest.raises(DeclarationError, match="at least 3"):
        st.rank(PAIRWISE, longest, {"new": runs["new"]})


def test_several_models_judge_as_a_panel(store: RunStore) -> None:
    better, first, worse = (
        judge_model(),
        judge_model(prefers="first"),
        judge_model(prefers="shorter"),
    )
    asked = {"prompt": "q", "a": "Well put, quality=5", "b": "quality=1"}
    found = st.prefer(PAIRWISE, [better, first, worse], **asked)
    assert (found.label, found.value, found.flags) == ("win|flip|loss", 0.5, ("split",))
    grades = st.grade(
        REFERENCE, {"a": better, "b": worse}, prompt="q", output="quality=5", reference="r"
    )
    assert grades["reference"].label == "5|5"
    ours, theirs = outputs("quality=5", "quality=4"), outputs("quality=1", "quality=4")
    (row,) = st.win_rate(PAIRWISE, [better, first, judge_model(seed=4)], ours, theirs, store=store)
    assert (row.rate.wins, row.rate.ties) == (1, 1)
    assert len([info for info in store.runs() if info.judging]) == 4  # three, and the panel's own


def test_a_panel_judges_a_stored_run(store: RunStore) -> None:
    run = st.Run(store, stored(store, ["quality=5", "quality=2"]))
    models = dict(zip(NAMES, (judge_model(seed=seed) for seed in range(3)), strict=True))
    judged = st.judge(run, rubric(), models)
    assert judged["open/panel"].n == 2
    assert judged["open/panel"].estimate == pytest.approx((1.0 + 0.25) / 2)


def test_two_stages_of_a_stored_run(store: RunStore) -> None:
    replies = [f"reply {i} quality={1 + i * 7 % 5}" for i in range(120)]
    run = st.Run(store, stored(store, replies))
    cheap, dear = judge_model(noise=0.3, seed=1), judge_model(seed=2)
    rows = st.two_stages(run, (REFERENCE, cheap), (REFERENCE, dear), part=0.5)
    whole = next(row for row in rows if row.metric == "open/reference_second")
    assert (whole.found.n, whole.found.labels, whole.of) == (120, 60, "reference")
    assert whole.found.low is not None
    assert whole.found.high is not None
    assert whole.found.low <= 0.5 <= whole.found.high
    assert (cheap.count, dear.count) == (120, 60)
    with pytest.raises(DeclarationError, match="is both stages"):
        st.two_stages(run, (REFERENCE, cheap), (REFERENCE, cheap), part=0.5)
    with pytest.raises(DeclarationError, match="--part 0"):
        st.two_stages(run, (REFERENCE, cheap), (REFERENCE, dear), part=0.0)


def test_a_judge_is_given_by_its_name_or_its_file(store: RunStore, tmp_path: Path) -> None:
    path = write_judge(tmp_path, "judge: mine\nrubric: tone\n")
    asked = {"prompt": "q", "output": "o", "reference": "r"}
    for judge in ("reference", path, str(path)):
        (verdict,) = st.grade(judge, lambda prompt: "[4]", **asked).values()
        assert verdict.label == "4"
    assert st.prefer("pairwise", longest, prompt="q", a="longer", b="short").label == "win"
    (row,) = st.win_rate("pairwise", longest, outputs("longer"), outputs("long"))
    assert row.rate.value == 1.0
    lists = {name: outputs(name * 3, name) for name in ("a", "bb", "ccc")}
    assert st.rank("pairwise", longest, lists)[0].raw.models

    def grading(prompt: str) -> str:
        return "[4]"

    run = st.Run(store, stored(store, ["a", "b"]))
    first = st.judge(run, path, grading)
    path.unlink()
    assert st.judge(run, "mine", grading)["open/mine"] == first["open/mine"]
    assert len(store.runs()) == 2
    with pytest.raises(DeclarationError, match="not judged by tone, but by mine"):
        st.calibrate(st.Run(store, store.find(run.info.id)), judge=st.Judge.load("tone"))


any_st: Any = st


def never(prompt: str) -> str:
    raise AssertionError(prompt)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: any_st.grade(7, never, prompt="q", output="o"),
            "a judge is a Judge, .* not a int",
        ),
        (
            lambda: any_st.grade("tome", never, prompt="q", output="o"),
            "unknown judge 'tome'. Did you",
        ),
        (lambda: any_st.grade("tone", "gpt", prompt="q", output="o"), r"st\.open_model\('gpt'\)"),
        (lambda: any_st.grade("tone", 7, prompt="q", output="o"), "int is not callable"),
        (
            lambda: any_st.grade("tone", [never, "gpt"], prompt="q", output="o"),
            r"st\.open_model\('gpt",
        ),
        (
            lambda: any_st.grade("tone", never, prompt="q", output=5),
            "Output: `output` is text, not a",
        ),
        (
            lambda: any_st.prefer("pairwise", never, prompt="q", a="a", b=None),
            "`output` is text, not",
        ),
        (lambda: any_st.prefer("tone", never, prompt="q", a="a", b="b"), "in Python `st.grade` or"),
        (lambda: any_st.grade("pairwise", never, prompt="q", output="o"), "in Python `st.prefer`"),
        (
            lambda: any_st.win_rate("pairwise", never, [{"id": "1"}], [{"id": "1"}]),
            r"^A\[0\] is a dict: give a Run, or a list of Output\(",
        ),
        (
            lambda: any_st.win_rate("pairwise", never, outputs("a"), "new"),
            "^B is a str: give a Run",
        ),
        (
            lambda: any_st.rank("pairwise", never, [outputs("a")] * 3),
            "runs are given by name, as in",
        ),
        (
            lambda: any_st.rank("pairwise", never, dict.fromkeys("abc", "new")),
            "^a is a str: give a",
        ),
        (lambda: any_st.judge("new", "tone", never), "a stored run is wanted, .* not a str"),
        (lambda: any_st.calibrate("new", judge="tone"), "a stored run is wanted, .* not a str"),
        (
            lambda: any_st.two_stages("new", ("tone", never), ("tone", never), part=0.5),
            "a stored run",
        ),
    ],
)
def test_what_is_no_judge_model_run_or_reply_is_told_in_pythons_words(
    call: Callable[[], object], told: str
) -> None:
    with pytest.raises(DeclarationError, match=told):
        call()
