from statera.analysis.health import health


def test_shares_and_warnings() -> None:
    found = health({"right": 90, "refused": 3, "unparsed": 2, "infra_error": 5}, empty=1)
    assert found.trials == 100
    assert found.share("refused") == 0.03
    assert [w.split(":")[0] for w in found.warnings] == [
        "5.0% of trials are infra_error",
        "3.0% of trials are refused",
    ]


def test_no_trials_no_shares() -> None:
    assert health({}, empty=0).share("refused") == 0.0
    assert health({}, empty=0).warnings == ()
