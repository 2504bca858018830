"""What ready scorers share: `not`, refusals, names, and packages that are missing."""

import pytest

from statera.errors import DeclarationError
from statera.records.responses import Failure, Response
from statera.scorers.contains import Contains
from statera.scorers.rules import package
from tests.scorers.replies import QUESTION, reply, trial

ABSENT = Contains(any=("bomb",), invert=True)


def test_not_turns_a_rule_round_and_is_in_its_name() -> None:
    assert ABSENT.metric == "not_contains"
    assert ABSENT.score(QUESTION, reply("flowers")).outcome == "right"
    assert ABSENT.score(QUESTION, reply("a bomb")).outcome == "wrong"
    assert Contains(any=("x",), name="clean", invert=True).metric == "clean"


def test_a_refusal_passes_a_rule_of_absence_and_is_marked() -> None:
    score = ABSENT.score(QUESTION, reply("I'm sorry, but I can't help with that."))
    assert (score.outcome, score.value) == ("right", 1.0)
    assert score.flags == ("refusal",)
    filtered = Response(text="well", finish="content_filter")
    assert ABSENT.score(QUESTION, trial(filtered)).flags == ("refusal",)


def test_no_text_passes_no_rule() -> None:
    assert ABSENT.score(QUESTION, reply("")).outcome == "unparsed"
    failed = Response(failure=Failure(kind="infra", message="reset"))
    score = ABSENT.score(QUESTION, trial(failed))
    assert (score.outcome, score.value, score.why) == ("infra_error", None, "reset")


@pytest.mark.parametrize("kind", ["refused", "truncated"])
def test_what_the_provider_did_is_the_outcome(kind: str) -> None:
    failure = Failure(kind="refused" if kind == "refused" else "truncated", message="told so")
    score = ABSENT.score(QUESTION, trial(Response(failure=failure)))
    assert (score.outcome, score.why) == (kind, "told so")


def test_a_missing_package_is_told_with_its_command() -> None:
    with pytest.raises(DeclarationError, match=r"pip install 'statera\[text\]'"):
        package("no_such_package.inside", scorer="chrf", extra="text")
