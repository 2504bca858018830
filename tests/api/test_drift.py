"""A hosted judge that changes under the same name: the frozen judgements tell."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest

from statera.analysis.audit import Audit
from statera.analysis.standing import AUDIT, DRIFTED
from statera.api.answers import answers_of
from statera.api.auditasks import Scope
from statera.api.auditing import audit_judge, estimate
from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.drift import DAY, anchors_of, check_drift, check_when_due, shifted
from statera.api.judged import judge_pairs, judge_run, keep_pairs, rubric_asks
from statera.api.judging import Bench
from statera.api.stored import Run
from statera.errors import DeclarationError, EndpointError
from statera.gate.judging import Gate
from statera.graders.judge import Judge
from statera.models.scriptedjudge import ScriptedJudge
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.audits_made import ITEMS, Changing, Watch, prepared, scripted, two_runs
from tests.judges_made import PAIRWISE, REFERENCE, bench

HONEST, HARSH = ScriptedJudge(), ScriptedJudge(shift=-1)
FIRST = ScriptedJudge(prefers="first")
ANCHORS = 10
SMALL = Scope(items=12, repeats=2, anchors=ANCHORS, responders=6)


@dataclass
class Hosted:
    """A judge behind a name that stays, and what it judges; every look at its clock is later."""

    store: RunStore
    judge: Judge = REFERENCE
    watch: Watch = field(default_factory=Watch)
    model: Changing = field(default_factory=lambda: Changing(scripted(HONEST)))

    def __post_init__(self) -> None:
        self.runs = two_runs(self.store)

    @property
    def bench(self) -> Bench:
        """The judge on its bench, as a new process would make it."""
        return replace(bench(self.judge, self.model, self.store), clock=self.watch)

    def audit(self, later: float = 60.0) -> Audit:
        """Return an audit that is made so many seconds later."""
        self.watch.at += later
        made = prepared(
            self.store, self.model, self.judge, self.runs, scope=SMALL, clock=self.watch
        )
        return asyncio.run(audit_judge(made))

    def becomes(self, planted: ScriptedJudge) -> None:
        """Let another judge answer under the same name."""
        self.model.now = scripted(planted)

    def score(self, info: RunInfo, later: float = 60.0) -> Run:
        """Return a run that the judge graded so many seconds later."""
        self.watch.at += later
        return Run(self.store, asyncio.run(judge_run(self.bench, info)).info)

    @property
    def asked(self) -> int:
        """How many requests the judge got."""
        return len(self.model.heard)


@pytest.fixture
def hosted(store: RunStore) -> Hosted:
    """A judge that grades, not asked yet."""
    return Hosted(store)


def test_the_first_audit_freezes_and_the_next_compares(hosted: Hosted) -> None:
    assert hosted.audit().section("drift").state == "not measured"
    kept = anchors_of(hosted.bench.environment)
    assert kept is not None
    assert len(kept.frozen) == ANCHORS
    assert {len(anchor.then) for anchor in kept.frozen} == {SMALL.repeats}
    section = hosted.audit().section("drift")
    assert section.state == "ok"
    assert section.figure("shift of the mean verdict").value == 0.0
    assert section.figure("said the same as then").value == 1.0


def test_each_look_asks_each_anchor_in_a_repeat_of_its_own(hosted: Hosted) -> None:
    hosted.audit()
    for _ in range(3):
        before = hosted.asked
        hosted.audit()
        assert hosted.asked - before == ANCHORS
    kept = anchors_of(hosted.bench.environment)
    assert kept is not None
    assert [check.repeat for check in kept.checks] == [2, 3, 4]
    assert kept.checking is None


def test_a_shift_is_found_at_its_size_and_begins_a_new_run(hosted: Hosted) -> None:
    first = hosted.audit()
    hosted.becomes(HARSH)
    before = hosted.asked
    section = (second := hosted.audit()).section("drift")
    assert section.state == "warning"
    assert section.figure("shift of the mean verdict").value == pytest.approx(-0.25)  # one of four
    assert "has shifted" in section.said[0]
    assert (first.about.era, second.about.era) == (0, 1)
    assert second.about.judge_run != first.about.judge_run
    (old,) = (info for info in hosted.store.runs() if info.id == first.about.judge_run)
    assert "moved by -0.250" in old.environment[DRIFTED]["why"]
    assert hosted.asked - before == 2 * ANCHORS + second.about.judgements  # all of it anew
    assert "moved by -0.250" in shifted(hosted.bench)
    third = hosted.audit()
    assert third.about.era == 1
    assert third.section("drift").state == "ok", "as it judges now is what it is compared with"


def test_a_judge_that_agrees_less_with_itself_has_shifted_too(store: RunStore) -> None:
    hosted = Hosted(store, PAIRWISE)
    hosted.audit()
    hosted.becomes(FIRST)  # the mean verdict stays: half of the anchors show the other order
    section = hosted.audit().section("drift")
    assert section.state == "warning"
    assert (section.figure("said the same as then").value or 0) < 0.8


def test_a_judge_that_is_as_noisy_as_it_was_has_not_shifted(store: RunStore) -> None:
    hosted = Hosted(store)
    hosted.becomes(ScriptedJudge(noise=0.3))
    hosted.audit()
    assert {hosted.audit().section("drift").state for _ in range(6)} == {"ok"}


def test_a_shift_that_is_not_there_the_second_time_is_none(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosted.audit()
    hosted.becomes(HARSH)
    before, honest = hosted.asked, scripted(HONEST)

    async def only_once(request: object) -> object:
        hosted.model.heard.append(request)  # type: ignore[arg-type]
        back = hosted.asked - before > ANCHORS
        return await (honest if back else hosted.model.now).answer(request)  # type: ignore[arg-type]

    monkeypatch.setattr(hosted.model, "answer", only_once)
    assert hosted.audit().section("drift").state == "ok"
    assert hosted.asked - before == 2 * ANCHORS
    assert hosted.bench.era == 0


def test_runs_judged_before_and_after_a_shift_are_not_compared(hosted: Hosted) -> None:
    new, old = hosted.runs
    hosted.audit()
    before = hosted.score(old)
    hosted.becomes(HARSH)
    hosted.audit()
    after = hosted.score(new)
    found = compare(after, before)
    assert [one.score for one in found.left_out] == ["reference"]
    with pytest.raises(DeclarationError, match="not the same instrument"):
        found["open/reference"]
    again = hosted.score(old)
    assert compare(hosted.score(new), again)["open/reference"].difference is not None


def test_a_gate_does_not_believe_verdicts_from_before_a_shift(
    hosted: Hosted, tmp_path: Path
) -> None:
    new, _ = hosted.runs
    policy = tmp_path / "gate.yaml"
    policy.write_text(
        "gate: g\nrules:\n  - {metric: open/reference, min: 0.1, unvalidated: true}\n"
    )
    hosted.audit()
    run = hosted.score(new)
    assert decide(Gate.load(policy), run).verdict == "pass"
    hosted.becomes(HARSH)
    hosted.audit()
    ruling = decide(Gate.load(policy), Run(hosted.store, hosted.store.find(new.id)))
    assert ruling.verdict == "inconclusive"
    assert "has shifted" in str(ruling.rules[0])
    assert decide(Gate.load(policy), hosted.score(new)).verdict == "pass"


def test_a_gate_reads_that_an_audit_voids_the_judge(store: RunStore, tmp_path: Path) -> None:
    hosted = Hosted(store)
    hosted.becomes(ScriptedJudge(prefers="constant"))
    policy = tmp_path / "gate.yaml"
    policy.write_text(
        "gate: g\nrules:\n  - {metric: open/reference, min: 0.1, unvalidated: true}\n"
    )
    run = hosted.score(hosted.runs[0])
    assert decide(Gate.load(policy), run).verdict == "pass"
    assert hosted.audit().void
    ruling = decide(Gate.load(policy), Run(store, store.find(run.info.id)))
    assert ruling.verdict == "inconclusive"
    assert "is void" in str(ruling.rules[0])


def test_new_judgements_a_day_later_begin_with_a_look(hosted: Hosted) -> None:
    hosted.audit()
    hosted.becomes(HARSH)
    newer, newest = (
        two_runs(hosted.store, names=(name, "older"), mark=f"By {name}. ")[0]
        for name in ("newer", "newest")
    )
    before = hosted.asked
    hosted.score(newer, later=DAY - 1000)
    assert hosted.asked - before == ITEMS
    assert not shifted(hosted.bench)  # no one looked yet
    run = hosted.score(newest, later=DAY)
    assert "moved by -0.250" in shifted(hosted.bench)
    (key,) = (s["run"] for s in run.info.environment["scorers"]["open"] if s["type"] == "judge")
    assert key == hosted.bench.run_id


def test_pairs_a_day_later_begin_with_a_look_too(store: RunStore) -> None:
    hosted = Hosted(store, PAIRWISE)
    hosted.audit()
    hosted.becomes(FIRST)
    hosted.watch.at += 2 * DAY
    newer = two_runs(store, names=("newer", "older"), mark="Well. ")
    sides = [answers_of(store, info) for info in newer]
    judged = asyncio.run(judge_pairs(hosted.bench, *sides))
    assert hosted.bench.era == 1
    assert judged.sitting.run == hosted.bench.run_id
    kept = asyncio.run(keep_pairs(hosted.bench, *newer, judged))
    (scorer,) = (s for s in kept.environment["scorers"]["open"] if s["type"] == "judge")
    assert scorer["run"] == judged.sitting.run


def test_what_is_known_costs_no_look_whenever_it_is_asked_for(hosted: Hosted) -> None:
    hosted.audit()
    hosted.score(hosted.runs[0])
    before = hosted.asked
    hosted.score(hosted.runs[0], later=10 * DAY)
    assert hosted.asked == before


def test_a_judge_that_was_never_audited_is_not_looked_at(hosted: Hosted) -> None:
    hosted.score(hosted.runs[0])
    asks = rubric_asks(hosted.bench, answers_of(hosted.store, hosted.runs[1]))
    assert asyncio.run(check_when_due(hosted.bench, asks)) is None
    assert asyncio.run(check_drift(hosted.bench)) is None
    assert shifted(hosted.bench) == ""


def test_a_look_that_was_cut_off_goes_on_in_the_same_repeat(hosted: Hosted) -> None:
    hosted.audit()
    hosted.model.fails_after = hosted.asked + ANCHORS // 2
    before = hosted.asked
    with pytest.raises(EndpointError):
        hosted.audit()
    hosted.model.fails_after = -1
    hosted.audit()
    assert hosted.asked - before == ANCHORS


def test_an_audit_that_was_cut_off_after_its_look_does_not_look_again(hosted: Hosted) -> None:
    hosted.audit()
    first, hosted.runs = hosted.runs, two_runs(hosted.store, names=("x", "y"), mark="Well. ")
    hosted.model.fails_after = hosted.asked + ANCHORS + 20
    before = hosted.asked
    with pytest.raises(EndpointError):
        hosted.audit()
    hosted.model.fails_after = -1
    made = prepared(
        hosted.store, hosted.model, REFERENCE, hosted.runs, scope=SMALL, clock=hosted.watch
    )
    assert estimate(made).anchors == 0
    left = estimate(made)
    audit = hosted.audit()
    assert hosted.asked - before == ANCHORS + 20 + left.judgements - left.known
    assert audit.section("drift").state == "ok"
    assert hosted.bench.environment[AUDIT]["at"] == hosted.watch.now()
    assert first != hosted.runs


@pytest.mark.parametrize("after", [ANCHORS, 2 * ANCHORS, 2 * ANCHORS + 3, 4 * ANCHORS + 10])
def test_a_shift_that_was_cut_off_anywhere_is_found_all_the_same(
    hosted: Hosted, after: int
) -> None:
    hosted.audit()
    hosted.becomes(HARSH)
    hosted.model.fails_after = hosted.asked + after
    before = hosted.asked
    with pytest.raises(EndpointError):
        hosted.audit()
    hosted.model.fails_after = -1
    audit = hosted.audit()
    assert audit.about.era == 1
    assert "moved by -0.250" in audit.section("drift").said[0]
    assert hosted.asked - before == 2 * ANCHORS + audit.about.judgements
    kept = anchors_of(hosted.bench.environment)
    assert kept is not None
    assert len(kept.frozen) == ANCHORS


def test_a_larger_audit_adds_anchors_and_changes_none(hosted: Hosted) -> None:
    few = replace(SMALL, items=5, anchors=5)
    made = prepared(
        hosted.store, hosted.model, REFERENCE, hosted.runs, scope=few, clock=hosted.watch
    )
    asyncio.run(audit_judge(made))
    first = anchors_of(hosted.bench.environment)
    hosted.audit()
    second = anchors_of(hosted.bench.environment)
    assert first is not None
    assert second is not None
    assert (len(first.frozen), len(second.frozen)) == (5, ANCHORS)
    assert second.frozen[:5] == first.frozen


def test_a_missing_reference_is_told_before_a_look(hosted: Hosted) -> None:
    hosted.audit()
    bare = [
        msgspec.structs.replace(a, reference=None) for a in answers_of(hosted.store, hosted.runs[1])
    ]
    hosted.watch.at += 2 * DAY
    before = hosted.asked
    with pytest.raises(DeclarationError, match="grades against a reference"):
        asyncio.run(check_when_due(hosted.bench, rubric_asks(hosted.bench, bare)))
    assert hosted.asked == before
