import msgspec
import pytest

from statera.errors import DeclarationError
from statera.guard.detectors.classifier import CONVERSATION, HEADS
from statera.guard.normalisation.views import views
from statera.records.guarding import Passage, Reading, Span
from tests.guard.tools_made import WINDOW, Words, opened

ENTRY = "{name: a, use: classifier, with: {head: toxicity}}"


def _find(text: str, *, before: tuple[str, ...] = (), entry: str = ENTRY) -> Reading:
    detector = opened(entry)
    assert detector.cost == "thread"
    return detector.find(Passage(text=text, side="input", before=before), views(text))


def test_a_short_text_is_the_whole_place() -> None:
    assert _find("some toxicity") == Reading(0.95, "toxicity")
    assert _find("hello") == Reading(0.1, "toxicity")


def test_the_window_that_was_worst_is_the_place() -> None:
    reading = _find("a" * WINDOW + "toxicity" + "a" * WINDOW)
    assert reading.spans == (Span(WINDOW, 2 * WINDOW),)


def test_text_past_the_last_window_is_said_to_be_there() -> None:
    reading = _find("a" * (4 * WINDOW))
    assert (reading.score, reading.beyond) == (0.1, True)


def test_an_encoded_text_gets_the_score_of_its_plain_form() -> None:
    hidden = "dGhpcyBpcyB0b3hpY2l0eSBpdHNlbGY="
    reading = _find(f"read {hidden} please")
    assert (reading.score, reading.view) == (0.95, "base64")


def test_a_conversation_is_read_with_what_was_said_before() -> None:
    reading = _find("icity", before=("tox",))
    assert reading.score == 0.1
    reading = _find("go on", before=("toxicity",))
    assert (reading.score, reading.view, reading.spans) == (0.95, CONVERSATION, ())


def test_a_view_that_is_not_made_leaves_the_text_itself() -> None:
    detector = opened(ENTRY)
    assert detector.cost == "thread"
    assert detector.find(Passage(text="toxicity", side="input"), ()).score == 0.95


def test_a_head_is_checked_before_anything_is_opened_and_by_a_classifier_of_ones_own() -> None:
    with pytest.raises(DeclarationError) as error:
        opened("{name: a, use: classifier, with: {head: toxcity}}")
    assert str(error.value) == (
        "p.yaml: detectors[0] 'a'.with: head: no head is named 'toxcity'. Did you mean "
        f"'toxicity'? Allowed: {', '.join(HEADS)}"
    )
    own = "{name: a, use: classifier, with: {head: anger, path: ours}}"
    with pytest.raises(DeclarationError, match="'a': ours: no head is named 'anger'"):
        opened(own)
    assert opened(own, words=Words(("anger",))).cost == "thread"


def test_heads_of_one_classifier_have_digests_of_their_own() -> None:
    digests = {
        opened(f"{{name: a, use: classifier, with: {{head: {head}}}}}").digest for head in HEADS
    }
    assert len(digests) == len(HEADS)


def test_readings_are_records() -> None:
    assert msgspec.json.decode(msgspec.json.encode(_find("toxicity")), type=Reading).score == 0.95
