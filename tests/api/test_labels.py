import asyncio

import msgspec
import pytest

import statera.api.labels as module
from statera.analysis.winrates import JudgedPair, win_rates
from statera.api.decisions import decide
from statera.api.labelreading import LabelsOf
from statera.api.labels import DISAGREED, LabelSummary, check_labels, keep_labels
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.interop.jsonl import line
from statera.interop.labels import Label
from statera.records.labels import stored_labels
from statera.records.scores import Score
from statera.records.specs import RunInfo
from statera.scorers.scale import Scale
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.replies_made import letters, replied

SCALE = Scale(levels={level: f"level {level}" for level in range(1, 6)})
GRADES = LabelsOf(metric="quality", scale=SCALE, criterion="quality")


def kept(store: RunStore, info: RunInfo, labels: list[Label], of: LabelsOf) -> LabelSummary:
    return asyncio.run(keep_labels(store, info, labels, of))


def scores(store: RunStore, info: RunInfo, name: str = "quality_people") -> dict[str, Score]:
    return {row.sample_id: row.score for row in store.scores(info.id) if row.score.metric == name}


def labelled(count: int, labeller: str = "ana", **more: object) -> list[Label]:
    """Return labels 1, 2, …, 5, 1, … of the first items."""
    return [
        msgspec.convert(
            {"id": f"q{i}", "label": str(i % 5 + 1), "labeller": labeller} | more, Label
        )
        for i in range(count)
    ]


def test_labels_are_scores_beside_the_judges(store: RunStore) -> None:
    info = replied(store, letters(6))
    summary = kept(store, info, labelled(5), GRADES)
    found = scores(store, info)
    assert [found[f"q{i}"].value for i in range(5)] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [found[f"q{i}"].outcome for i in range(5)] == ["wrong"] * 3 + ["right"] * 2
    assert found["q5"].value is None
    run = Run(store, store.find(info.id))
    assert run["support/quality_people"].estimate == pytest.approx(0.5)
    assert run["support/quality_people_good"].estimate == pytest.approx(0.4)
    (result,) = summary.results
    assert result.estimate == run["support/quality_people"]
    assert result.good == run["support/quality_people_good"]
    assert result.counts == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1}
    assert (summary.n, summary.trials, summary.items) == (5, 5, 5)
    assert summary.labellers == {"ana": 5}


def test_two_grades_of_a_reply_have_a_mean_and_are_flagged_where_they_differ(
    store: RunStore,
) -> None:
    info = replied(store, letters(3))
    labels = [
        Label(id="q0", label="5", labeller="ana"),
        Label(id="q0", label="2", labeller="ben"),
        Label(id="q1", label="4", labeller="ana"),
        Label(id="q1", label="4", labeller="ben"),
    ]
    summary = kept(store, info, labels, GRADES)
    found = scores(store, info)
    assert (found["q0"].value, found["q0"].flags) == (0.625, (DISAGREED,))
    assert (found["q1"].value, found["q1"].flags) == (0.75, ())
    record = summary.on_record
    assert (record.labellers, record.twice, record.disagreed) == (("ana", "ben"), 2, 1)
    assert summary.agreement is not None
    assert summary.agreement.units == 2


def test_labellers_who_agree_and_who_do_not(store: RunStore) -> None:
    info = replied(store, letters(40))
    alike = kept(store, info, [*labelled(40), *labelled(40, "ben")], GRADES).agreement
    assert alike is not None
    assert alike.value == 1.0
    turned = [msgspec.structs.replace(x, label=str(6 - int(x.label))) for x in labelled(40, "ben")]
    against = kept(store, info, [*labelled(40), *turned], GRADES).agreement
    assert against is not None
    assert against.value is not None
    assert against.value < -0.4


def test_peoples_win_rate_is_that_of_a_judge_who_says_the_same(store: RunStore) -> None:
    info, other = replied(store, letters(40)), replied(store, letters(40), model="base")
    worth = [(1.0, "A"), (0.0, "B"), (0.5, "TIE"), (1.0, "A")]
    labels = [Label(id=f"q{i}", label=worth[i % 4][1], labeller="ana") for i in range(40)]
    summary = kept(store, info, labels, LabelsOf(metric="pairwise", against=other))
    pairs = [
        JudgedPair("support", "c", f"q{i}", f"q{i}", None, worth[i % 4][0], worth[i % 4][0])
        for i in range(40)
    ]
    rate = win_rates(pairs)[0].rate
    row = summary.results[0].estimate
    assert (row.estimate, row.low, row.high, row.method) == (
        rate.value,
        rate.low,
        rate.high,
        rate.method,
    )
    assert summary.results[0].counts == {"win": 20, "tie": 10, "loss": 10}
    assert summary.results[0].good is None
    assert summary.left is None
    assert summary.on_record.against == other.id


@pytest.mark.parametrize(
    ("words", "value", "word"),
    [
        (("TIE", "TIE", "A"), 0.5, "tie"),
        (("TIE", "TIE", "B"), 0.5, "tie"),
        (("A", "A", "B"), 1.0, "win"),
        (("A", "B", "TIE"), 0.5, "tie"),
        (("A", "TIE"), 0.5, "tie"),
        (("B", "B", "TIE", "A"), 0.0, "loss"),
    ],
)
def test_several_labellers_of_a_pair_are_what_most_of_them_say(
    store: RunStore, words: tuple[str, ...], value: float, word: str
) -> None:
    info, other = replied(store, letters(1)), replied(store, letters(1), model="base")
    labels = [Label(id="q0", label=text, labeller=f"p{n}") for n, text in enumerate(words)]
    summary = kept(store, info, labels, LabelsOf(metric="pairwise", against=other))
    found = scores(store, info, "pairwise_people")["q0"]
    assert (found.value, found.extracted, found.flags) == (value, word, (DISAGREED,))
    assert summary.results[0].settled == {"win": 0, "tie": 0, "loss": 0} | {word: 1}
    assert sum(summary.results[0].counts.values()) == len(words)


def test_an_even_split_of_yes_and_no_is_undecided_and_in_no_number(store: RunStore) -> None:
    info = replied(store, letters(3))
    said = {"q0": ("yes", "no"), "q1": ("yes", "yes"), "q2": ("no",)}
    labels = [
        Label(id=i, label=text, labeller=f"p{n}")
        for i, texts in said.items()
        for n, text in enumerate(texts)
    ]
    summary = kept(store, info, labels, LabelsOf(metric="polite"))
    found = scores(store, info, "polite_people")
    assert [found[f"q{i}"].value for i in range(3)] == [None, 1.0, 0.0]
    assert "undecided: as many say 0 as 1" in found["q0"].why
    assert (summary.on_record.undecided, summary.on_record.missing) == (1, 0)
    assert summary.results[0].settled == {"0": 1, "1": 1}
    assert (summary.results[0].estimate.estimate, summary.results[0].estimate.n) == (0.5, 2)


def test_a_grade_is_a_mean_as_a_number_and_never_cut_into_a_level(store: RunStore) -> None:
    info = replied(store, letters(2))
    labels = [Label(id="q0", label=x, labeller=f"p{n}") for n, x in enumerate("335")]
    labels += [Label(id="q1", label=x, labeller=f"p{n}") for n, x in enumerate("2255")]
    summary = kept(store, info, labels, GRADES)
    found = scores(store, info)
    assert found["q0"].value == pytest.approx(2 / 3)
    assert (found["q0"].extracted, found["q0"].outcome) == ("3", "wrong")
    assert (found["q1"].extracted, found["q1"].outcome) == ("2", "wrong")
    assert summary.results[0].settled == {"1": 0, "2": 1, "3": 1, "4": 0, "5": 0}


def test_a_lean_to_the_left_is_seen(store: RunStore) -> None:
    info, other = replied(store, letters(60)), replied(store, letters(60), model="base")
    of = LabelsOf(metric="pairwise", against=other)
    sides = [("ab", "A"), ("ba", "B")]  # always the left one
    labels = [Label(id=f"q{i}", label=sides[i % 2][1], shown=sides[i % 2][0]) for i in range(60)]
    left = kept(store, info, labels, of).left
    assert left is not None
    assert left.value == 1.0
    assert left.low is not None
    assert left.low > 0.9
    always = [Label(id=f"q{i}", label="A", shown=sides[i % 2][0]) for i in range(60)]
    fair = kept(store, info, [*always[:-1], Label(id="q59", label="TIE", shown="ab")], of).left
    assert fair is not None
    assert fair.n == 59
    assert fair.value == pytest.approx(30 / 59)


@pytest.mark.parametrize(
    ("count", "probability", "known", "missing"),
    [
        (4, 0.5, 0.5, 1),
        (5, 0.5, 0.5, 0),
        (5, None, None, 0),
        (10, None, 1.0, 0),
        (10, 1.0, 1.0, 0),
    ],
)
def test_the_probability_of_the_draw_is_on_record(
    store: RunStore, count: int, probability: float | None, known: float | None, missing: int
) -> None:
    info = replied(store, letters(10))
    record = kept(store, info, labelled(count, probability=probability), GRADES).on_record
    assert (record.probability, record.probabilities, record.missing) == (known, {}, missing)
    assert stored_labels(store.find(info.id)) == {"quality_people": record}


def test_each_task_has_its_own_probability_and_what_is_missing_of_either_is_counted(
    store: RunStore,
) -> None:
    info = replied(store, letters(10), tasks=("chat", "mail"))
    labels = [
        *labelled(3, task="chat", probability=0.5),
        *labelled(1, task="mail", probability=0.2),
    ]
    record = kept(store, info, labels, GRADES).on_record
    assert record.probability is None
    assert record.probabilities == {
        "chat": {"q0": 0.5, "q1": 0.5, "q2": 0.5},
        "mail": {"q0": 0.2},
    }
    assert record.missing == 3


def test_probabilities_that_contradict_each_other_are_not_known(store: RunStore) -> None:
    info = replied(store, letters(10))
    labels = [*labelled(2, probability=0.5), *labelled(2, "ben", probability=0.2)]
    record = kept(store, info, labels, GRADES).on_record
    assert (record.probability, record.probabilities) == (None, {})
    partly = [*labelled(2, probability=0.5), Label(id="q2", label="1")]
    assert kept(store, info, partly, GRADES).on_record.probability is None


def test_labels_kept_again_replace_what_was_kept(store: RunStore) -> None:
    info = replied(store, letters(3))
    kept(store, info, labelled(3), GRADES)
    summary = kept(store, info, [Label(id="q1", label="5", labeller="ben")], GRADES)
    found = scores(store, info)
    assert [found[f"q{i}"].value for i in range(3)] == [None, 1.0, None]
    assert summary.labellers == {"ben": 1}
    assert stored_labels(store.find(info.id))["quality_people"].labellers == ("ben",)


def test_keeping_the_same_labels_twice_changes_nothing(store: RunStore) -> None:
    info = replied(store, letters(3))
    first = kept(store, info, labelled(3), GRADES)
    before = store.find(info.id).environment
    assert kept(store, info, labelled(3), GRADES) == first
    assert store.find(info.id).environment == before


def test_labels_of_another_criterion_are_left_alone(store: RunStore) -> None:
    info = replied(store, letters(3))
    kept(store, info, labelled(3), GRADES)
    tone = LabelsOf(metric="tone", scale=SCALE, criterion="tone")
    kept(store, info, [Label(id="q0", label="1", criterion="tone")], tone)
    assert set(stored_labels(store.find(info.id))) == {"quality_people", "tone_people"}
    assert scores(store, info)["q2"].value == 0.5


def test_an_empty_reply_is_graded_as_one_whatever_its_label(store: RunStore) -> None:
    info = replied(store, {"q0": "", "q1": "fine"})
    summary = kept(store, info, labelled(2), GRADES)
    assert (summary.n, summary.empty) == (1, 1)
    assert scores(store, info)["q0"].outcome == "unparsed"
    assert summary.on_record.probability == 1.0  # all that can be labelled is


def test_several_epochs_of_an_item_are_one_item(store: RunStore) -> None:
    info = replied(store, {"q0": ["a", "b"], "q1": ["c", "d"]})
    labels = [Label(id=f"q{i}", epoch=e, label=str(1 + 2 * i + e)) for i in (0, 1) for e in (0, 1)]
    summary = kept(store, info, labels, GRADES)
    assert (summary.trials, summary.items) == (4, 2)
    assert summary.results[0].estimate.n == 2
    assert summary.results[0].estimate.estimate == pytest.approx((0.125 + 0.625) / 2)


def test_what_is_wrong_anywhere_keeps_nothing(store: RunStore) -> None:
    info = replied(store, letters(3))
    before = store.find(info.id).environment
    with pytest.raises(DeclarationError, match="is none of 1, 2, 3, 4, 5"):
        kept(store, info, [*labelled(2), Label(id="q2", label="6")], GRADES)
    assert scores(store, info) == {}
    assert store.find(info.id).environment == before


def test_a_name_that_another_scorer_has_is_refused(store: RunStore) -> None:
    info = replied(store, letters(3))
    environment = msgspec.json.decode(msgspec.json.encode(info.environment))
    environment["scorers"]["support"].append({"type": "exact", "metric": "quality_people"})
    store.change_environment(info.id, lambda _: environment)
    with pytest.raises(DeclarationError, match="has a score called 'quality_people' already"):
        check_labels(store, store.find(info.id), labelled(1), GRADES)


def test_a_kill_between_scores_and_record_leaves_no_record_of_other_labels(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = replied(store, letters(4))
    kept(store, info, labelled(2, probability=0.5), GRADES)
    assert stored_labels(store.find(info.id))["quality_people"].probability == 0.5

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(module, "remember", killed)
        with pytest.raises(KeyboardInterrupt):
            kept(store, info, labelled(4), GRADES)
    assert "quality_people" not in stored_labels(store.find(info.id))
    kept(store, info, labelled(4), GRADES)
    assert stored_labels(store.find(info.id))["quality_people"].probability == 1.0


def test_what_nobody_labelled_has_no_outcome_and_a_gate_reads_the_worst_of_it(
    store: RunStore,
) -> None:
    info = replied(store, letters(200))
    good = [msgspec.structs.replace(one, label="5") for one in labelled(100)]
    kept(store, info, good, GRADES)
    run = Run(store, store.find(info.id))
    row = run["support/quality_people"]
    assert (row.n, sum(row.outcomes.values()), row.outcomes["infra_error"]) == (100, 100, 0)
    lines = [line(stored) for stored in store.trials(info.id)]
    assert sum("quality_people" in one.scores for one in lines) == 100
    assert not any("quality_people" in one.why for one in lines)
    ruling = decide(Gate(rules({"metric": "support/quality_people", "min": 0.9})), run)
    (rule,) = ruling.rules
    assert (rule.verdict, rule.infra) == ("inconclusive", 100)
    assert decide(Gate(rules({"metric": "support/quality_people", "min": 0.4})), run).passed


def test_a_difference_of_the_few_that_were_labelled_does_not_pass(store: RunStore) -> None:
    infos = [replied(store, letters(200), model=name) for name in ("new", "old")]
    for info in infos:
        good = [msgspec.structs.replace(one, label="5") for one in labelled(100)]
        kept(store, info, good, GRADES)
    new, old = (Run(store, store.find(info.id)) for info in infos)
    rule = {"metric": "support/quality_people", "than": "baseline", "margin": 0.1}
    (ruled,) = decide(Gate(rules(rule)), new, old).rules
    assert (ruled.verdict, ruled.infra) == ("inconclusive", 200)


def test_a_win_rate_has_no_outcomes_of_right_and_wrong(store: RunStore) -> None:
    info, other = (replied(store, letters(4), model=name) for name in ("new", "old"))
    said = [Label(id=f"q{i}", label=word, labeller="ana") for i, word in enumerate(("A", "TIE"))]
    kept(store, info, said, LabelsOf(metric="pairwise", against=other))
    assert Run(store, store.find(info.id))["support/pairwise_people"].outcomes == {}
