import numpy as np

from statera.analysis.pairing import Pairing
from statera.diagnosis.counts import paired_counts
from statera.records.scores import Outcome
from tests.diagnosis.made import frame, paired, spelled


def test_every_outcome_is_lost_at_its_own_stage() -> None:
    found = paired_counts(paired("tfuwri", "rrrrrr"))
    assert found.candidate.counts[:5].tolist() == np.eye(5, dtype=int).tolist()
    assert found.candidate.failed.tolist() == [0, 0, 0, 0, 0, 1]
    assert found.candidate.trials.tolist() == [1, 1, 1, 1, 1, 0]
    assert found.candidate.reached(2).tolist() == [0, 0, 1, 1, 1, 0]
    assert found.candidate.survivors()[:5].tolist() == [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
        [1, 1, 1, 1],
    ]
    assert found.through.tolist() == [True] * 5 + [False]


def test_epochs_are_counted_within_their_item() -> None:
    found = paired_counts(paired("rrwi", "rufr", times=2))
    assert found.candidate.counts.tolist() == [[0, 0, 0, 0, 2], [0, 0, 0, 1, 0]]
    assert found.base.counts.tolist() == [[0, 0, 1, 0, 1], [0, 1, 0, 0, 1]]
    assert found.candidate.survivors().tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]


def test_items_are_paired_by_name_whatever_their_order() -> None:
    new, old = spelled("rwf"), dict(reversed(spelled("wrr").items()))
    found = paired_counts(Pairing.of(frame(new), frame(old)))
    assert found.ids == ("00000", "00001", "00002")
    assert found.base.counts[:, 4].tolist() == [0, 1, 1]
    kept = found.kept(np.array([False, True, True]))
    assert kept.ids == ("00001", "00002")
    assert kept.base.counts[:, 4].tolist() == [1, 1]


def test_runs_without_a_shared_item_have_no_counts() -> None:
    found = paired_counts(Pairing.of(frame({"a": ["right"]}), frame({"b": ["right"]})))
    assert len(found) == 0
    assert found.candidate.counts.shape == (0, 5)


def test_what_a_log_cannot_tell_counts_as_wrong_in_both_runs() -> None:
    """Even where one log shows some: an empty reply is unparsed, a strange one is wrong."""
    blind = frozenset[Outcome]({"truncated"})
    found = paired_counts(Pairing.of(frame(spelled("tfwr")), frame(spelled("trrr"), blind=blind)))
    assert found.untold == blind
    assert found.candidate.counts.tolist() == [
        [0, 0, 0, 1, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1],
    ]
    assert found.base.counts[0].tolist() == [0, 0, 0, 1, 0]
    assert found.kept(found.through).untold == blind
    assert paired_counts(paired("rtf", "rrr")).untold == frozenset()
