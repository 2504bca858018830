import pytest

from statera.errors import DeclarationError
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.scorers.grounding import (
    AbstainsWhenLacking,
    Answered,
    GroundedAnswer,
    Unsupported,
    unsupported,
)
from statera.scorers.rules import Rule
from tests.scorers.conversations import BROKEN, conversation

SOURCE = "Karin Holt built three boats in Ostrel in 1974. They cost 5,200 crowns and left at 16:20."
IN = Sample(id="i", input="Who built the boats?", reference="Karin Holt", fields={"source": SOURCE})
OUT = Sample(id="o", input="Who painted the boats?", fields={"source": SOURCE})
SCORERS: tuple[Rule, ...] = (GroundedAnswer(), Unsupported(), Answered(), AbstainsWhenLacking())


@pytest.mark.parametrize(
    ("sample", "reply", "values"),
    [
        (IN, "Answer: Karin Holt", (1, 0, 1, None)),
        (IN, "Answer: Karin Falk", (0, 1, 1, None)),
        (IN, "Answer: Not in the text", (None, 0, 0, None)),
        (OUT, "Answer: Not in the text", (1, 0, None, 1)),
        (OUT, "Answer: Karin Holt", (0, 0, None, 0)),
        (OUT, "Answer: Gudrun Malpas", (0, 1, None, 0)),
        (OUT, "", (None, 0, None, 0)),
        (OUT, BROKEN, (None, None, None, None)),
        (IN, Response(text="The", finish="length"), (None, None, 0, None)),
    ],
)
def test_right_supported_answered(
    sample: Sample, reply: str | Response, values: tuple[float | None, ...]
) -> None:
    scores = [scorer.score(sample, conversation(reply)) for scorer in SCORERS]
    assert tuple(score.value for score in scores) == values


@pytest.mark.parametrize(
    ("reply", "made_up"),
    [
        ("Karin Holt's boats were built in Ostrel.", []),
        ("3 boats, 5200 crowns, at 16:20", []),
        ("It was built by the boat builder Holt. She built three.", []),
        ("Anna Holt", ["Anna"]),
        ("Built by Anna Holt in 1975.", ["1975", "Anna"]),
        ("four boats", ["4"]),
        ("the red one", []),
        ("Because of rain", []),
        ("Yellow", ["Yellow"]),
        ("The painter is unknown.", []),
        ("Nobody in Ostrel knows.", []),
        ("They sailed to Velde. Then Marta came.", ["Velde", "Marta"]),
    ],
)
def test_figures_and_names_that_were_never_given(reply: str, made_up: list[str]) -> None:
    assert list(unsupported(reply, SOURCE)) == made_up


def test_labels_and_confidences_are_no_claims() -> None:
    reply = "Answer: Karin Holt\nConfidence: 90%"
    assert Unsupported().score(IN, conversation(reply)).value == 0.0


def test_an_accepted_answer_in_other_words_is_supported() -> None:
    sample = Sample(
        id="t", input="When?", reference="16:20", references=("4:20 pm",), fields={"source": SOURCE}
    )
    assert Unsupported().score(sample, conversation("Answer: 4:20 pm")).value == 0.0


def test_a_sample_without_a_source_is_one_clear_line() -> None:
    bare = Sample(id="q", input="Who?", reference="x")
    for scorer in (GroundedAnswer(), Unsupported()):
        with pytest.raises(DeclarationError, match="q: the field `source` is empty"):
            scorer.score(bare, conversation("Answer: x"))
