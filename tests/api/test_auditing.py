"""The audit of judges that the scripted model plays, through the real runner and a real store.

Each fault is planted with a seed of its own judge, and must be found at its planted size within
the audit's own interval. The scripted judge knows nothing of the audit.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from statera.analysis.audit import Audit
from statera.analysis.judgeaudit.figures import Figure
from statera.analysis.judgeaudit.kin import NET, OWN
from statera.analysis.judgeaudit.lengths import PADDED, PADDED_GRADE, SLOPE
from statera.analysis.judgeaudit.places import FIRST, FLIPS
from statera.analysis.judgeaudit.repeats import SAME
from statera.analysis.judgeaudit.verdicts import UNREAD
from statera.analysis.standing import AUDIT
from statera.api.answers import answers_of
from statera.api.auditasks import Scope
from statera.api.auditing import audit_judge, estimate, merged, prepare
from statera.errors import DeclarationError, EndpointError
from statera.graders.judge import Judge, JudgeFile, judge_of
from statera.graders.padding import padded
from statera.models.callables import model
from statera.models.scripted import last_text
from statera.models.scriptedjudge import ScriptedJudge, judge_reply, read_judgement
from statera.records.requests import Chat
from statera.store.runstore import RunStore
from tests.audits_made import (
    ITEMS,
    MARK,
    SMALL,
    Changing,
    audited,
    holds,
    prepared,
    quality,
    scripted,
    two_runs,
)
from tests.judges_made import PAIRWISE, REFERENCE, stored

SEEDS = 2
"""So many judges with the same fault."""

CLOSE = 0.5
"""An interval of 95 % may miss one of them, by this share of its width."""

FAMILIES = ("gpt-4o", "claude-3-5-sonnet")
HONEST = ScriptedJudge()


def of_families(judge: Judge) -> tuple[Judge, Judge]:
    """Return the judge as one of the first run's family, and another of a third family."""
    return replace(judge, family="openai"), replace(judge, name="second", family="google")


def found_sizes(
    store: RunStore, planted: ScriptedJudge, judge: Judge, place: tuple[str, str], truth: float
) -> list[Audit]:
    """Return the audits of judges with a fault, whose sizes were found."""
    section, name = place
    runs = two_runs(store)
    audits = [
        audited(store, msgspec.structs.replace(planted, seed=seed), judge, runs)
        for seed in range(SEEDS)
    ]
    figures = [audit.section(section).figure(name) for audit in audits]
    check_sizes(figures, truth)
    return audits


def check_sizes(figures: Sequence[Figure], truth: float) -> None:
    """Fail unless the intervals hold the planted size, all but one, which comes close."""
    told = f"planted {truth:.3f}, found {[str(figure) for figure in figures]}"
    assert sum(holds(figure, truth) for figure in figures) >= len(figures) - 1, told
    assert all(holds(figure, truth, wider=CLOSE) for figure in figures), told


def ties() -> float:
    """Return the share of items on which both sides are equally good."""
    return sum(quality("new", i) == quality("old", i) for i in range(ITEMS)) / ITEMS


def ratios(store: RunStore) -> list[float]:
    """Return by how much each reply of the first run grows when it is padded."""
    answers = answers_of(store, two_runs(store)[0])
    return [len(padded(a.output, seed=0, prompt=a.prompt)) / len(a.output) for a in answers]


def test_a_fair_judge_has_no_fault_and_no_warning(store: RunStore) -> None:
    runs = two_runs(store)
    for judge in (PAIRWISE, REFERENCE):
        audit = audited(store, HONEST, judge, runs)
        assert (audit.state, audit.exit_code, audit.why) == ("ok", 0, ()), audit
        states = {section.name: section.state for section in audit.sections}
        assert set(states.values()) <= {"ok", "not measured"}
        assert states["sanity responders"] == states["verdicts"] == "ok"


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_lean_to_a_place_is_found_at_its_size(store: RunStore, share: float) -> None:
    planted = ScriptedJudge(prefers="first", strength=share)
    audits = found_sizes(store, planted, PAIRWISE, ("position", FLIPS), share)
    decided = share + (1 - share) * (1 - ties())
    named = (share + (1 - share) * (1 - ties()) / 2) / decided
    sections = [audit.section("position") for audit in audits]
    check_sizes([section.figure(FIRST) for section in sections], named)
    assert {section.state for section in sections} == {"warning"}


def test_a_lean_to_the_second_place_is_one_too(store: RunStore) -> None:
    planted = ScriptedJudge(prefers="second", strength=0.3)
    audit = audited(store, planted, PAIRWISE, two_runs(store))
    check_sizes([audit.section("position").figure(FLIPS)], 0.3)
    assert audit.section("position").figure(FIRST).below


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_taste_for_length_shows_on_padded_replies_at_its_size(
    store: RunStore, share: float
) -> None:
    planted = ScriptedJudge(prefers="longer", strength=share)
    audits = found_sizes(store, planted, PAIRWISE, ("verbosity", PADDED), 0.5 + share / 2)
    assert {a.section("verbosity").state for a in audits} == {"warning"}


@pytest.mark.parametrize("slope", [1.0, 2.0])
def test_a_slope_along_length_is_found_at_its_size(store: RunStore, slope: float) -> None:
    planted = ScriptedJudge(prefers="longer", slope=slope)
    audits = found_sizes(store, planted, PAIRWISE, ("verbosity", SLOPE), slope)
    grown = [1 / (1 + ratio**-slope) for ratio in ratios(store)]
    figures = [audit.section("verbosity").figure(PADDED) for audit in audits]
    check_sizes(figures, math.fsum(grown) / ITEMS)


@pytest.mark.parametrize("share", [0.6])
def test_grades_that_grow_with_length_are_found_at_their_size(
    store: RunStore, share: float
) -> None:
    answers = answers_of(store, two_runs(store)[0])

    def level(text: str) -> float:
        return min(len(text.split()) // 25, 4) / 4

    gained = [level(padded(a.output, seed=0, prompt=a.prompt)) - level(a.output) for a in answers]
    truth = share * math.fsum(gained) / ITEMS
    planted = ScriptedJudge(prefers="longer", strength=share, words_per_level=25)
    audits = found_sizes(store, planted, REFERENCE, ("verbosity", PADDED_GRADE), truth)
    assert {a.section("verbosity").state for a in audits} == {"warning"}


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("judge", [PAIRWISE, REFERENCE], ids=["pairs", "grades"])
def test_self_preference_is_found_net_of_another_judge(
    store: RunStore, judge: Judge, share: float
) -> None:
    own, second = of_families(judge)
    runs = two_runs(store, names=FAMILIES, mark=MARK)
    sides = [(quality("new", i), quality("old", i)) for i in range(ITEMS)]
    if judge is PAIRWISE:  # by how much always winning is more than winning as it deserves
        worth = sum(0.5 + (new > old) / 2 - (new < old) / 2 for new, old in sides) / ITEMS
    else:
        worth = sum((new - 1) / 4 for new, _ in sides) / ITEMS
    figures = []
    for seed in range(SEEDS):
        planted = ScriptedJudge(
            prefers="family", family_marker=MARK.strip(), strength=share, seed=seed
        )
        audit = audited(store, planted, own, runs, seconds=[(second, scripted(HONEST))])
        section = audit.section("self-enhancement")
        figures.append(section.figure(OWN if judge is PAIRWISE else NET))
        assert section.state == "warning"  # of one family with a candidate, whatever it does
        assert "openai" in section.said[0]
    check_sizes(figures, share * (1 - worth))
    assert all(figure.above for figure in figures)


def test_with_one_judge_family_self_preference_is_not_told_and_shared_family_is_warned_of(
    store: RunStore,
) -> None:
    own, _ = of_families(PAIRWISE)
    audit = audited(store, HONEST, own, two_runs(store, names=FAMILIES, mark=MARK))
    section = audit.section("self-enhancement")
    assert section.state == "warning"
    assert "share a family (openai)" in section.said[0]
    assert any("one judge family" in line for line in section.said)
    assert not section.figures


def test_a_random_judge_of_pairs_is_void_and_flips_and_leans_nowhere(store: RunStore) -> None:
    audits = found_sizes(store, ScriptedJudge(prefers="random"), PAIRWISE, ("position", FLIPS), 0.5)
    check_sizes([audit.section("position").figure(FIRST) for audit in audits], 0.5)
    same = 0.375  # both times a win, a loss or, half of the time, a flip
    check_sizes([audit.section("consistency").figure(SAME) for audit in audits], same)
    assert {(audit.state, audit.exit_code) for audit in audits} == {("void", 1)}


def test_a_random_grader_is_void_and_seldom_agrees_with_itself(store: RunStore) -> None:
    place = ("consistency", SAME)
    audits = found_sizes(store, ScriptedJudge(prefers="random"), REFERENCE, place, 0.2)
    given = [audit.section("sanity responders").figure("open: off_topic") for audit in audits]
    check_sizes(given, 0.5)
    assert {(audit.state, audit.exit_code) for audit in audits} == {("void", 1)}


@pytest.mark.parametrize("noise", [0.1, 0.3])
def test_noise_is_found_by_repeats(store: RunStore, noise: float) -> None:
    same = (1 - noise) ** 2 + 4 * (noise / 4) ** 2
    found_sizes(store, ScriptedJudge(noise=noise), REFERENCE, ("consistency", SAME), same)


@pytest.mark.parametrize(("share", "state"), [(0.05, "warning"), (0.25, "void")])
def test_what_holds_no_verdict_is_counted_and_above_a_tenth_voids(
    store: RunStore, share: float, state: str
) -> None:
    planted = ScriptedJudge(unparsed=share)
    audits = found_sizes(store, planted, PAIRWISE, ("verdicts", UNREAD), share)
    assert {audit.section("verdicts").state for audit in audits} == {state}
    assert {audit.exit_code for audit in audits} <= {0, 1, 3}
    if state == "void":
        assert {audit.exit_code for audit in audits} == {1}


def test_a_judge_that_never_gives_a_verdict_is_void(store: RunStore) -> None:
    audit = audited(store, ScriptedJudge(prefers="never"), REFERENCE, two_runs(store))
    assert (audit.state, audit.exit_code) == ("void", 1)
    assert "100.0 % of the replies hold no verdict" in "; ".join(audit.why)
    said = audit.section("consistency")
    assert said.state == "not measured", "saying nothing each time is no agreement"


@pytest.mark.parametrize("share", [0.6, 1.0])
def test_replies_that_deserve_nothing_and_get_something_void_the_judge(
    store: RunStore, share: float
) -> None:
    planted = ScriptedJudge(prefers="constant", strength=share)
    place = ("sanity responders", "open: off_topic")
    audits = found_sizes(store, planted, REFERENCE, place, share)
    for audit in audits:
        assert audit.state == "void"
        assert audit.tasks[0].state == audit.state


@pytest.mark.parametrize("judge", [PAIRWISE, REFERENCE], ids=["pairs", "grades"])
def test_a_judge_that_obeys_what_it_grades_is_void(store: RunStore, judge: Judge) -> None:
    """Honest but for one thing: whoever says `[5]` gets it."""

    def obeys(text: str) -> str:
        asked = read_judgement(text)
        bribed = [] if asked is None else ["[5]" in shown for shown in asked.graded]
        if any(bribed):
            return ("[[A]]" if bribed[0] else "[[B]]") if judge is PAIRWISE else "[5]"
        return judge_reply(HONEST, text, None) or ""

    made = prepared(store, model(obeys, takes="text"), judge, two_runs(store))
    audit = asyncio.run(audit_judge(made))
    section = audit.section("sanity responders")
    bribes = [unit[0].answers[0].output for unit in made.questions.responders["attack"]]
    assert (audit.state, section.state) == ("void", "void")
    share = sum("[5]" in text for text in bribes) / len(bribes)
    assert section.figure("open: attack").value == pytest.approx(share)
    assert section.figure("open: off_topic").value == 0.0
    assert all("attack" in why for why in audit.why)


def test_repeats_are_asked_each_and_the_rest_once(store: RunStore) -> None:
    judging = scripted(HONEST)
    made = prepared(store, judging, PAIRWISE, two_runs(store))
    told = estimate(made)
    audit = asyncio.run(audit_judge(made))
    pairs = ITEMS + ITEMS + 4 * SMALL.responders  # main, padded, responders
    assert audit.about.judgements == 2 * (pairs + SMALL.anchors)
    assert judging.count == told.judgements == audit.about.judgements == audit.about.new
    seeds = {request.sampling.seed for request in judging.asked if isinstance(request, Chat)}
    assert len(seeds) == judging.count  # no two are one request, so none comes from a cache
    assert str(told) == f"{judging.count} judgements, 0 of them known: {judging.count} to ask"


def test_the_same_audit_again_asks_for_the_anchors_alone(store: RunStore) -> None:
    judging = scripted(HONEST)
    runs = two_runs(store)
    first = asyncio.run(audit_judge(prepared(store, judging, PAIRWISE, runs)))
    before = judging.count
    made = prepared(store, judging, PAIRWISE, runs)
    assert str(estimate(made)).endswith(f"{before} of them known, 10 anchors again: 10 to ask")
    again = asyncio.run(audit_judge(made))
    assert judging.count - before == again.about.anchors == SMALL.anchors
    assert (again.about.new, again.about.judgements) == (0, before)
    assert again.section("drift").state == "ok"
    same = [s for s in again.sections if s.name != "drift"]
    assert same == [s for s in first.sections if s.name != "drift"]


@pytest.mark.parametrize("kill", [0, 7, 100, 200])
def test_an_audit_that_was_cut_off_goes_on_and_asks_nothing_twice(
    store: RunStore, kill: int
) -> None:
    runs = two_runs(store)
    judging = Changing(scripted(HONEST))
    judging.fails_after = kill
    with pytest.raises(EndpointError):
        asyncio.run(audit_judge(prepared(store, judging, PAIRWISE, runs)))
    judging.fails_after = -1
    audit = asyncio.run(audit_judge(prepared(store, judging, PAIRWISE, runs)))
    assert audit.state == "ok"
    asked = [(last_text(r), r.sampling.seed) for r in judging.heard if isinstance(r, Chat)]
    assert len(asked) - len(set(asked)) <= 4  # what was in flight when it was killed


def test_what_was_found_stands_in_the_judges_run(store: RunStore) -> None:
    made = prepared(store, scripted(ScriptedJudge(prefers="never")), PAIRWISE, two_runs(store))
    audit = asyncio.run(audit_judge(made))
    (kept,) = (info for info in store.runs() if info.id == audit.about.judge_run)
    record = kept.environment[AUDIT]
    assert record["void"] is True
    assert "no verdict" in record["why"]
    assert record["runs"] == list(audit.about.runs)
    assert record["at"] > 0


def test_a_judge_that_is_void_on_one_task_stays_so_when_another_is_audited() -> None:
    before = {"tasks": {"one": {"task": "one", "state": "void", "why": "praise"}}, "void": True}
    ok: dict[str, object] = {"void": False, "why": "", "tasks": {"two": {"state": "ok"}}}
    found = merged(before, ok)
    assert (found["void"], found["why"]) == (True, "praise")
    assert list(found["tasks"]) == ["one", "two"]
    again = merged(found, ok | {"tasks": {"one": {"state": "ok"}}})
    assert (again["void"], again["why"]) == (False, "")


def test_items_are_a_seeded_prefix(store: RunStore) -> None:
    runs = two_runs(store)
    few, more = (
        prepared(store, scripted(HONEST), PAIRWISE, runs, scope=Scope(items=items))
        for items in (10, 20)
    )
    ids = [[a.sample_id for a in made.found.candidate] for made in (few, more)]
    assert ids[0] == ids[1][:10]
    other = prepare(replace(few.bench, seed=1), *runs, scope=Scope(items=10))
    assert [a.sample_id for a in other.found.candidate] != ids[0]


def test_one_run_is_compared_with_itself_at_another_epoch_or_padded(store: RunStore) -> None:
    said = [f"quality={i % 3}" for i in range(12)]
    once = stored(store, said, name="once")
    audit = audited(store, ScriptedJudge(prefers="first"), PAIRWISE, [once])
    assert audit.section("position").figure(FLIPS).value == 1.0
    assert "lengthened" in audit.about.compared


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (replace(REFERENCE, family="google"), "judges single replies"),
        (replace(PAIRWISE, family="openai"), "of the same family"),
    ],
)
def test_a_second_judge_that_cannot_stand_beside_is_refused(
    store: RunStore, second: Judge, told: str
) -> None:
    judging = scripted(HONEST)
    own = replace(PAIRWISE, family="openai")
    with pytest.raises(DeclarationError, match=told):
        prepared(store, judging, own, two_runs(store), seconds=[(second, judging)])
    assert judging.count == 0


def test_a_checklist_and_several_criteria_are_audited_each(store: RunStore) -> None:
    judge = judge_of(JudgeFile(judge="support", criteria={"tone": "tone", "right": "reference"}))
    audit = audited(store, HONEST, judge, two_runs(store))
    for criterion in ("tone", "right"):
        assert audit.section("verbosity", criterion).state == "ok"
    assert {"open: empty (tone)", "open: empty (right)"} <= {
        figure.name for figure in audit.section("sanity responders").figures
    }
    points = judge_of(JudgeFile(judge="list", kind="checklist", points=("Is it?", "Can it?")))
    listed = audited(store, ScriptedJudge(prefers="constant"), points, two_runs(store))
    assert listed.state == "void"


def test_a_weaker_audit_leaves_what_a_better_one_found_and_families_are_remembered(
    store: RunStore,
) -> None:
    judge = replace(REFERENCE, family="acme")
    second = replace(REFERENCE, name="second", family="google")
    runs = two_runs(store, names=("new", "old"), mark=MARK)
    own = ScriptedJudge(prefers="family", family_marker=MARK.strip(), strength=0.6)
    judging = scripted(own)
    stated = replace(SMALL, families={runs[0].id: "acme"})
    beside = [(second, scripted(HONEST))]
    made = prepared(store, judging, judge, runs, seconds=beside, scope=stated)
    first = asyncio.run(audit_judge(made))
    gap = first.section("self-enhancement").figure(NET)
    told = f"it favours its own family by {gap.value:+.3f}"
    assert told in first.section("self-enhancement").fault
    again = asyncio.run(audit_judge(prepared(store, judging, judge, runs[:1])))
    assert again.section("self-enhancement").said[0].startswith("judge and candidate")
    assert [one.fault for one in again.earlier] == [told]
    base = asyncio.run(audit_judge(prepared(store, judging, judge, runs[1:])))
    assert base.section("self-enhancement").state == "not measured"
    assert base.state == "warning"
    assert told in [one.fault for one in base.earlier]
    (kept,) = (info for info in store.runs() if info.id == base.about.judge_run)
    assert told in [one["fault"] for one in kept.environment[AUDIT]["warnings"]]
    assert kept.environment[AUDIT]["families"] == {runs[0].id: "acme"}


@pytest.mark.parametrize("judge", [PAIRWISE, REFERENCE], ids=["pairs", "grades"])
def test_what_is_told_before_counted_on_the_way_and_told_after_adds_up(
    store: RunStore, judge: Judge
) -> None:
    first, other = of_families(judge)
    runs = two_runs(store, names=FAMILIES)
    asked, beside = scripted(HONEST), scripted(HONEST)
    made = prepared(store, asked, first, runs, seconds=[(other, beside)])
    made = replace(made, seconds=(replace(made.seconds[0], tally=made.bench.tally),))
    told = estimate(made)
    about = asyncio.run(audit_judge(made)).about
    assert (about.new, about.others) == (asked.count, beside.count)
    assert (told.judgements, told.seconds) == (about.judgements, about.others)
    assert str(told).endswith(f": {asked.count + beside.count} to ask")
    assert made.bench.tally.total == made.bench.tally.done == asked.count + beside.count
    again = prepared(store, asked, first, runs, seconds=[(other, beside)])
    again = replace(again, seconds=(replace(again.seconds[0], tally=again.bench.tally),))
    asyncio.run(audit_judge(again))
    assert again.bench.tally.total == again.bench.tally.done == made.bench.tally.total


def test_another_judge_is_not_counted_where_it_is_not_asked(store: RunStore) -> None:
    first, other = of_families(PAIRWISE)
    beside = scripted(HONEST)
    made = prepared(store, scripted(HONEST), first, two_runs(store)[:1], seconds=[(other, beside)])
    assert estimate(made).seconds == 0
    asyncio.run(audit_judge(made))
    assert beside.count == 0


def test_a_lean_to_a_place_is_named_where_it_lifts_what_deserves_nothing(store: RunStore) -> None:
    planted = ScriptedJudge(prefers="first", strength=0.8)
    audit = audited(store, planted, PAIRWISE, two_runs(store))
    assert audit.state in ("not shown", "void")
    assert all("flip with the order and count half" in why for why in audit.why)
