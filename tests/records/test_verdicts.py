from statera.records.verdicts import Answer, Verdict


def test_an_answers_place_names_its_trial() -> None:
    answer = Answer(task="t", sample_id="s", epoch=2, prompt="p", output="o", unit="u")
    assert answer.place == ("t", "s", 2)


def test_a_verdict_may_be_absent_with_its_reason() -> None:
    verdict = Verdict(value=None, label=None, outcome="unparsed", why="two verdicts")
    assert verdict.value is None
    assert verdict.why == "two verdicts"
