import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from statera.analysis.judgeaudit.kin import PEOPLE, Opinion
from statera.api.auditasks import Scope
from statera.api.auditing import audit_judge, prepare
from statera.api.auditkin import Sides, by_second, check_seconds, judge_family, people, warnings
from statera.api.judging import Bench
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.errors import DeclarationError
from statera.graders.asks import Ask
from statera.graders.judge import Judge, JudgeFile, judge_of
from statera.interop.labels import Label
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, REFERENCE, answer, bench, scripted, stored

OPENAI = replace(REFERENCE, family="openai")
GRADES = scripted(("alpha", "[5]"), ("omega", "[1]"), default="[2]")


def labelled(store: RunStore, info: RunInfo, labels: Mapping[str, str], other: str = "") -> RunInfo:
    """Return the run with people's labels of its replies."""
    rows = [Label(id=name, label=label, probability=1.0) for name, label in labels.items()]
    criterion = REFERENCE.criteria[0]
    of = LabelsOf(metric="reference", scale=criterion.scale, criterion=criterion.name)
    asyncio.run(keep_labels(store, info, rows, of))
    return store.find(info.id)


@pytest.mark.parametrize(
    ("family", "model", "found"),
    [
        ("openai", "whatever", "openai"),
        ("gpt-4o", "whatever", "openai"),
        ("our house", "whatever", "our house"),
        ("", "claude-3-5-sonnet", "anthropic"),
        ("", "http://localhost:8000/v1#qwen2.5-7b", "qwen"),
        ("", "unheard-of", "unheard-of"),
    ],
)
def test_a_judges_family_is_stated_or_told_by_its_models_name(
    store: RunStore, family: str, model: str, found: str
) -> None:
    judging = scripted(default="[5]")
    judging.identity = model
    assert judge_family(bench(replace(REFERENCE, family=family), judging, store)) == found


def test_a_run_of_the_judges_family_is_named_as_it(store: RunStore) -> None:
    gpt, claude, own = (stored(store, ["x"], name=n) for n in ("gpt-4o", "claude-3", "house"))
    assert Sides(judge="openai", candidate=gpt, other=claude).families == ("openai", "anthropic")
    assert Sides(judge="google", candidate=own, other=None).families[1] == ""
    made = bench(OPENAI, GRADES, store)
    (told,) = warnings(made, [gpt, claude, gpt], {})
    assert "share a family (openai)" in told
    assert warnings(made, [claude], {}) == []


def test_a_family_that_no_name_tells_may_be_stated(store: RunStore) -> None:
    bot, claude = (stored(store, ["x"], name=name) for name in ("support-bot", "claude-3"))
    stated = {bot.id: "gpt"}
    sides = Sides(judge="openai", candidate=bot, other=claude, stated=stated)
    assert sides.families == ("openai", "anthropic")
    assert "share a family (openai)" in warnings(bench(OPENAI, GRADES, store), [bot], stated)[0]
    house = bench(replace(REFERENCE, family="our house"), GRADES, store)
    own = Sides(judge=judge_family(house), candidate=bot, other=None, stated={bot.id: "our house"})
    assert own.families[0] == "our house"
    assert "our house judges its own" in warnings(house, [bot], own.stated)[0]


def test_a_reply_and_a_pair_are_one_opinion_each(store: RunStore) -> None:
    gpt, claude = (stored(store, ["x"], name=n) for n in ("gpt-4o", "claude-3"))
    sides = Sides(judge="openai", candidate=gpt, other=claude)
    single = (Ask(criterion="c", answers=(answer("x"),)),)
    found = sides.opinion("google", single, 0.5, theirs=True)
    assert found == Opinion(
        judge="google",
        value=0.5,
        what="open\0q0\x000\0other\0c",
        unit="open\0q0",
        family="anthropic",
        base=None,
    )
    both = (Ask(criterion="c", answers=(answer("x"), answer("y"))),) * 2
    pair = sides.opinion("google", both, 1.0, theirs=False)
    assert (pair.family, pair.base) == ("openai", "anthropic")


def second(store: RunStore, judge: Judge, family: str = "google") -> Bench:
    return bench(replace(judge, name="second", family=family), GRADES, store)


def test_another_judge_is_of_the_same_kind_and_of_another_family(store: RunStore) -> None:
    first = bench(OPENAI, GRADES, store)
    check_seconds(first, [second(store, REFERENCE)])
    with pytest.raises(DeclarationError, match="second judges pairs, and judge reference single"):
        check_seconds(first, [second(store, PAIRWISE)])
    with pytest.raises(DeclarationError, match="of the same family \\(openai\\) as the judge"):
        check_seconds(first, [second(store, REFERENCE, "gpt-4.1")])


def test_another_judge_answers_under_its_own_criteria(store: RunStore) -> None:
    both = judge_of(JudgeFile(judge="both", criteria={"x": "tone", "reference": "reference"}))
    units = [(Ask(criterion="reference", answers=(answer(t),)),) for t in ("alpha", "omega")]
    own = second(store, both)
    assert asyncio.run(by_second(own, units)) == [1.0, 0.0]
    assert {row.task for row in store.scores(own.run_id)} == {"reference"}
    odd = [(Ask(criterion="another", answers=(answer("alpha"),)),)]
    assert asyncio.run(by_second(own, odd)) == [1.0]
    assert {row.task for row in store.scores(own.run_id)} == {"reference", "x"}


def test_people_are_a_family_of_their_own(store: RunStore) -> None:
    """The judge gives its own kin the best grade; people give both runs the same."""
    own, other = (
        stored(store, [f"{text} {i}" for i in range(20)], name=name)
        for name, text in (("gpt-4o", "alpha"), ("claude-3", "omega"))
    )
    said = {f"q{i}": "3" for i in range(20)}
    runs = [labelled(store, info, said) for info in (own, other)]
    made = prepare(bench(OPENAI, GRADES, store), *runs, scope=Scope(items=20, responders=2))
    section = asyncio.run(audit_judge(made)).section("self-enhancement")
    assert any(PEOPLE in line for line in section.said)
    net = next(figure for figure in section.figures if figure.fair == 0.0)
    assert net.value == pytest.approx(1.0)  # half of the scale more, against half of it less


def test_labels_against_another_run_do_not_count(store: RunStore) -> None:
    info = labelled(store, stored(store, ["alpha"], name="gpt-4o"), {"q0": "3"})
    elsewhere = stored(store, ["omega"], name="claude-3")
    made = bench(OPENAI, GRADES, store)
    assert people(made, info, "reference_people", None) == {("open", "q0", 0): 0.5}
    assert people(made, info, "reference_people", elsewhere) == {}
    assert people(made, info, "tone_people", None) == {}
