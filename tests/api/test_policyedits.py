import pytest

from statera.api.policyedits import with_threshold
from statera.errors import DeclarationError
from statera.guard.policy import read_policy

STATED = """\
# ours
detectors:
  - name: toxicity   # words
    use: regex
    threshold: 0.85  # was .8
    with: {patterns: [a]}
  - {name: weapons, use: regex, with: {patterns: [b]}}
  - use: regex
    name: last
scopes:
  - {route: /v1/embeddings, detectors: {toxicity: {threshold: 0.5}}}
"""


@pytest.mark.parametrize(
    ("detector", "old", "new"),
    [
        ("toxicity", "threshold: 0.85  # was .8", "threshold: 0.913  # was .8"),
        ("weapons", "{name: weapons, use", "{name: weapons, threshold: 0.913, use"),
        ("last", "    name: last\n", "    name: last\n    threshold: 0.913\n"),
    ],
)
def test_nothing_but_the_threshold_changes(detector: str, old: str, new: str) -> None:
    found = with_threshold(STATED, detector, 0.9128, source="p.yaml")
    assert found == STATED.replace(old, new)
    entries = {one.name: one for one in read_policy(found, source="p.yaml").detectors}
    assert entries[detector].threshold == 0.913


def test_a_last_line_without_its_end_and_whole_numbers() -> None:
    text = "detectors:\n- use: regex\n  name: a"
    assert with_threshold(text, "a", 1.0, source="p") == f"{text}\n  threshold: 1"


def test_a_detector_that_is_not_there_is_told() -> None:
    with pytest.raises(DeclarationError, match=r"unknown detector 'weapon'\. Did you mean"):
        with_threshold(STATED, "weapon", 0.5, source="p.yaml")
    with pytest.raises(DeclarationError, match="unknown detector 'a'"):
        with_threshold("detectors: none", "a", 0.5, source="p.yaml")
    with pytest.raises(DeclarationError, match=r"^p\.yaml: "):
        with_threshold("a: [", "a", 0.5, source="p.yaml")
