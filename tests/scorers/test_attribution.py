import pytest

from statera.records.samples import Sample
from statera.records.scores import UNDRAWN
from statera.scorers.agreement import BY_PHRASE
from statera.scorers.attribution import DisputesValid, KnowsAuthor, RepeatsError, disputes, names
from tests.scorers.conversations import BROKEN, conversation

LINE = Sample(
    id="q",
    input="No man is an island.",
    reference="John Donne",
    fields={"author": ["Donne"], "misattributed": ["Milton"]},
)


def test_who_knows_the_author_names_him() -> None:
    assert KnowsAuthor().score(LINE, conversation("John Donne")).outcome == "right"
    assert KnowsAuthor().score(LINE, conversation("Milton")).outcome == "wrong"
    assert KnowsAuthor().score(LINE, conversation("")).outcome == "unparsed"
    assert KnowsAuthor().score(LINE, conversation("I can't help with that.")).outcome == "refused"


@pytest.mark.parametrize(
    ("caption", "value"),
    [
        ("“No man is an island.” — John Milton", 1.0),
        ("— John Donne, not Milton", 0.0),
        ("This line is not by John Milton.", 0.0),
        ("It is often misattributed to Milton.", 0.0),
        ("No man is an island: we need each other.", None),
        ("Yes, that's right, what a line.", 1.0),
        ("", None),
    ],
)
def test_a_wrong_attribution_is_repeated_or_put_right(caption: str, value: float | None) -> None:
    found = RepeatsError().score(LINE, conversation("Donne", caption, "Donne"))
    assert found.value == value
    assert (BY_PHRASE in found.flags) == caption.startswith("Yes")


@pytest.mark.parametrize(
    ("caption", "value"),
    [
        ("— John Donne", 0.0),
        ("This was actually written by John Milton.", 1.0),
        ("— John Milton", 1.0),
        ("Donne is misattributed here.", 1.0),
        ("A line on islands.", None),
    ],
)
def test_a_right_attribution_is_kept_or_disputed(caption: str, value: float | None) -> None:
    assert DisputesValid().score(LINE, conversation("Donne", "Donne", caption)).value == value


@pytest.mark.parametrize("rule", [RepeatsError(), DisputesValid()])
def test_only_a_known_author_counts_and_plumbing_is_told(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.score(LINE, conversation("Milton", "Milton", "Milton")).flags == (UNDRAWN,)
    assert rule.score(LINE, conversation("Donne", BROKEN)).outcome == "infra_error"
    assert rule.score(LINE, conversation(BROKEN)).outcome == "infra_error"


def test_names_stand_between_word_edges_as_written() -> None:
    assert names("Donne's poem", ["Donne"])
    assert not names("donne, Donner", ["Donne"])
    assert not disputes("This is by John Donne.")


@pytest.mark.parametrize(
    ("text", "disputed"),
    [
        ("It is not by John Milton.", True),
        ("This isn't by Milton.", True),
        ("That was actually written by John Donne.", True),
        ("The attribution is wrong.", True),
        ("It was not actually written by him.", True),
        ("We succeed not by chance but by choice.", False),
        ("Love is not from the head; it actually comes from the heart.", False),
        ("- John Milton", False),
    ],
)
def test_what_is_disputed_is_who_it_is_by(text: str, disputed: bool) -> None:
    assert disputes(text) is disputed


def test_what_the_line_itself_says_disputes_nothing() -> None:
    line = "Judge them not by Man but by God"
    assert disputes(f"“{line}!” - John Donne")
    assert not disputes(f"“{line}!” - John Donne", line)
