from statera.records.requests import Chat, Message, Sampling
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.trials import Exchange, Trial
from statera.scorers.choice import Choice
from statera.scorers.consistency import (
    COLD,
    COPIES,
    DrawsRight,
    SelfConsistency,
    copies,
    pairs_agreeing,
)
from tests.scorers.conversations import BROKEN, PICK

CITY = Sample(id="q", input="Capital of Australia?", reference="Canberra")


def drawn(
    *said: str | Response, seeds: tuple[int | None, ...] = (), temperature: float | None = 0.7
) -> Trial:
    numbers = seeds or tuple(range(len(said)))
    return Trial(
        task="t",
        sample_id="q",
        epoch=0,
        key="k",
        exchanges=tuple(
            Exchange(
                Chat(
                    messages=(Message("user", "?"),),
                    sampling=Sampling(temperature=temperature, seed=seed),
                ),
                Response(text=one, finish="stop") if isinstance(one, str) else one,
            )
            for one, seed in zip(said, numbers, strict=True)
        ),
        started=0.0,
    )


def test_pairs() -> None:
    assert pairs_agreeing(["a", "a", "a"]) == 1.0
    assert pairs_agreeing(["a", "b", "c"]) == 0.0
    assert pairs_agreeing(["a", "a", None]) == 1 / 3
    assert pairs_agreeing([None, None]) == 0.0


def test_a_shared_error_is_consistent_and_wrong() -> None:
    trial = drawn("Answer: Sydney", "Sydney.", "**Answer:** sydney")
    assert SelfConsistency().score(CITY, trial).value == 1.0
    assert DrawsRight().score(CITY, trial).value == 0.0


def test_right_answers_are_the_same_however_they_are_put() -> None:
    trial = drawn("The capital is Canberra.", "Answer: Canberra", "It is Sydney.", "Sydney")
    assert SelfConsistency().score(CITY, trial).value == 1 / 6
    assert DrawsRight().score(CITY, trial).value == 0.5


def test_abstaining_is_an_answer_that_can_be_repeated() -> None:
    trial = drawn("Answer: I don't know", "I'm not sure.", "Answer: Canberra")
    score = SelfConsistency().score(CITY, trial)
    assert score.value == 1 / 3
    assert score.extracted == "(abstains), (abstains), canberra"
    assert DrawsRight().score(CITY, trial).value == 1 / 3


def test_letters_are_read_as_their_task_reads_them() -> None:
    trial = drawn("Answer: B", "It is (B).", "Answer: A", "no idea")
    assert SelfConsistency(reads=Choice()).score(PICK, trial).value == 1 / 6
    assert DrawsRight(reads=Choice()).score(PICK, trial).value == 0.5


def test_copies_are_no_draws() -> None:
    same = ("Answer: Canberra", "Answer: Canberra")
    for trial, why in (
        (drawn(*same, seeds=(5, 5)), COPIES),
        (drawn(*same, temperature=0.0), COLD),
        (drawn(same[0]), "a single draw"),
    ):
        score = SelfConsistency().score(CITY, trial)
        assert (score.value, score.outcome, score.why) == (None, "unparsed", why)
        assert DrawsRight().score(CITY, trial).value is None
    assert copies(drawn(*same, seeds=(None, None), temperature=None).exchanges) == ""


def test_a_draw_that_was_lost_loses_the_trial_and_silence_agrees_with_nothing() -> None:
    lost = SelfConsistency().score(CITY, drawn("Answer: Canberra", BROKEN))
    assert (lost.value, lost.outcome) == (None, "infra_error")
    silent = SelfConsistency().score(CITY, drawn("", ""))
    assert (silent.value, silent.outcome, silent.why) == (0.0, "unparsed", "no draw was read")
    assert DrawsRight().score(CITY, drawn("", "")).value == 0.0
