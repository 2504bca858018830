from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.guard.opening import detectors_of
from statera.guard.policy import read_policy
from statera.guard.toolbox import Toolbox
from statera.records.guarding import Passage
from tests.guard.tools_made import Words, opened

ENTRY = "{name: a, use: foreign, with: {path: ours, positive: [toxic, threat]}}"


def test_the_likeliest_of_the_labels_that_count_is_the_score() -> None:
    detector = opened(ENTRY, words=Words(("fine", "toxic", "threat")))
    assert detector.cost == "thread"
    reading = detector.find(Passage(text="a threat, fine", side="input"), ())
    assert (reading.score, reading.category) == (0.95, "threat")
    assert detector.find(Passage(text="fine", side="input"), ()).score == 0.1


def test_a_label_that_the_map_lacks_is_named() -> None:
    with pytest.raises(DeclarationError, match=r"'a': ours: no head is named 'threat'"):
        opened(ENTRY, words=Words(("fine", "toxic")))


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    policy = read_policy(f"detectors: [{ENTRY}]", source="p.yaml")
    with pytest.raises(DeclarationError, match=r"p.yaml: detectors\[0\] 'a': .*ours.*no such file"):
        detectors_of(policy, Toolbox(tmp_path).tools, "p.yaml")
