import numpy as np
import pytest

from statera.analysis.pairing import Pairing
from statera.metrics.means import Accuracy, MeanScore
from statera.records.scores import Outcome
from tests.analysis.made import frame

R: list[Outcome] = ["right"]
W: list[Outcome] = ["wrong"]
CANDIDATE = frame(
    [
        ("1", "a", ["right"]),
        ("2", "a", ["refused"]),
        ("3", "b", ["infra_error"]),
        ("5", "b", ["right"]),
        ("9", "b", ["right"]),
    ]
)
BASE = frame(
    [
        ("5", "b", ["wrong"]),
        ("3", "b", ["right"]),
        ("2", "a", ["right"]),
        ("1", "a", ["right"]),
        ("0", "c", ["right"]),
    ]
)
BOTH = Pairing.of(CANDIDATE, BASE)


def test_items_are_paired_by_id_and_the_rest_is_counted() -> None:
    assert (BOTH.shared, BOTH.only_candidate, BOTH.only_base) == (4, 1, 1)
    pairs = BOTH.pairs("accuracy")
    assert np.asarray(pairs.candidate).tolist() == [1.0, 0.0, 1.0]
    assert np.asarray(pairs.base).tolist() == [1.0, 1.0, 0.0]
    assert BOTH.unscored("accuracy") == 1


def test_a_refusal_on_one_side_drops_no_pair_of_a_ratio() -> None:
    pairs = BOTH.pairs("accuracy_given_answer")
    assert np.asarray(pairs.candidate_weights).tolist() == [1, 0, 0, 1]
    assert np.asarray(pairs.base_weights).tolist() == [1, 1, 1, 1]


def test_failed_trials_count_for_one_side() -> None:
    assert np.asarray(BOTH.pairs("accuracy", infra="worst").candidate).tolist() == [1, 0, 0, 1]
    assert np.asarray(BOTH.pairs("accuracy", infra="best").candidate).tolist() == [1, 0, 1, 1]
    assert np.asarray(BOTH.pairs("refused", infra="worst").candidate).tolist() == [0, 1, 1, 0]
    assert BOTH.failed()
    assert BOTH.failed("b")
    assert not BOTH.failed("a")


def test_a_category_is_the_candidates_and_a_vanished_one_is_named() -> None:
    assert BOTH.categories == ["a", "b", "c"]
    assert len(np.asarray(BOTH.pairs("accuracy", "a").base)) == 2
    assert len(np.asarray(BOTH.pairs("accuracy", "c").base)) == 0


def test_every_category_counts_the_same_in_the_mean_over_them() -> None:
    uneven: list[tuple[str, str, list[Outcome]]] = [
        ("1", "a", ["right"]),
        ("2", "b", ["wrong"]),
        ("3", "b", ["wrong"]),
    ]
    pairs = Pairing.of(frame(uneven), frame(uneven)).pairs("accuracy_macro")
    weights = np.asarray(pairs.candidate_weights)
    assert np.average(np.asarray(pairs.candidate), weights=weights) == pytest.approx(0.5)
    assert weights.sum() == pytest.approx(3)


def test_changed_items_the_worst_first() -> None:
    assert [c.sample_id for c in BOTH.changed("accuracy")] == ["2", "5"]
    assert [c.sample_id for c in BOTH.changed("refused")] == ["2"]
    assert BOTH.changed("accuracy", "b")[0] == ("5", 1.0, 0.0)


def test_runs_without_a_shared_item_keep_their_own() -> None:
    apart = Pairing.of(frame([("1", "a", ["right"])]), frame([("2", "a", ["wrong"])]))
    assert apart.shared == 0
    candidate, base = apart.alone("accuracy")
    assert np.asarray(candidate.values).tolist() == [1.0]
    assert np.asarray(base.values).tolist() == [0.0]


def test_clusters_are_the_candidates() -> None:
    pairs = Pairing.of(
        frame([("1", "a", ["right"]), ("2", "a", ["right"])], metrics=[Accuracy(score="accuracy")]),
        frame(
            [("1", "a", ["right"]), ("2", "a", ["right"])], metrics=[MeanScore(score="accuracy")]
        ),
    ).pairs("accuracy")
    assert len(set(np.asarray(pairs.clusters).tolist())) == 2


def test_pairs_come_in_the_order_that_the_run_which_stopped_early_was_asked_in() -> None:
    names = [("1", "a", R), ("2", "a", W), ("3", "a", R)]
    for early in (("seeded", ""), ("", "seeded"), ("seeded", "seeded"), ("mixed", "")):
        sides = frame(names), frame([names[2], names[0], names[1]])
        sides[0].early, sides[1].early = early
        found = Pairing.of(*sides)
        ids = [sides[0].ids[place] for place in found.places[0]]
        assert ids == (["3", "1", "2"] if early == ("", "seeded") else ["1", "2", "3"])
        assert found.early == ("seeded" if "" in early and "mixed" not in early else "mixed")
    assert BOTH.early == ""
    same = frame(names), frame(names)
    same[0].early = same[1].early = "seeded"
    assert Pairing.of(*same).early == "seeded"
