import msgspec
import pytest

from statera.analysis.health import Health
from statera.analysis.measure import MetricRow
from statera.cli.tables import headline, print_health, print_metrics
from statera.records.scores import OUTCOMES


def row(metric: str, category: str | None = None, low: float | None = 0.1) -> MetricRow:
    return MetricRow(
        metric=metric,
        category=category,
        estimate=0.25,
        low=low,
        high=low and 0.5,
        level=0.95,
        method="Wilson" if low else "fewer than 8 clusters",
        n=8,
        clusters=8,
        outcomes={outcome: 2 for outcome in OUTCOMES},
    )


def test_a_metric_shows_interval_n_and_outcomes(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics([row("t/accuracy"), row("t/accuracy", "a", low=None), row("t/accuracy_macro")])
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].split("  ")[0] == "metric"
    assert all(name in lines[0] for name in ("estimate", "95 % interval", "n", "infra error"))
    assert lines[1].split()[:5] == ["t/accuracy", "0.250", "0.100", "to", "0.500"]
    assert lines[2].split()[:3] == ["a", "0.250", "none"]
    assert "interval: Wilson" in out
    assert "no interval where: fewer than 8 clusters" in out
    assert "_macro counts each category the same" in out


def test_standard_errors_are_shown_where_they_are_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [msgspec.structs.replace(row("t/a"), standard_error=0.0446), row("t/b")]
    print_metrics(rows)
    assert "std. error" not in capsys.readouterr().out
    print_metrics(rows, errors=True)
    lines = capsys.readouterr().out.splitlines()
    assert "std. error" in lines[0]
    assert lines[1].split()[:3] == ["t/a", "0.250", "0.0446"]
    assert lines[2].split()[:3] == ["t/b", "0.250", "none"]


def test_outcomes_that_never_happened_get_no_column(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = {outcome: 0 for outcome in OUTCOMES} | {"right": 3}
    print_metrics([msgspec.structs.replace(row("t/accuracy"), outcomes=quiet)])
    head = capsys.readouterr().out.splitlines()[0]
    assert "right" in head
    assert "refused" not in head


def test_a_first_look_has_categories_only_for_the_leading_metric() -> None:
    rows = [
        row("t/acc"),
        row("t/acc", "a"),
        row("t/acc_norm"),
        row("t/acc_norm", "a"),
        row("u/x", "b"),
    ]
    small = msgspec.structs.replace(row("t/acc", "tiny"), n=2)
    assert headline([*rows, small]) == [rows[0], rows[1], rows[2], rows[4]]


def test_health_warns_above_two_percent(capsys: pytest.CaptureFixture[str]) -> None:
    print_health(Health(trials=100, refused=10), "d8530d3e")
    out = capsys.readouterr().out
    assert "refused 10 (10.0%)" in out
    assert "warning 10.0% of trials are refused" in out
    assert "`statera show d8530d3e --outcome refused`" in out
    assert "infra errors 0 (0.0%)" in out


def test_unsure_refusals_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    print_health(Health(trials=100, refused=1, unsure=1), "abc")
    print_metrics([msgspec.structs.replace(row("t/accuracy"), unsure=("refused",))])
    out = capsys.readouterr().out
    assert "refused 1 (1.0%, 1 unsure)" in out
    assert "refused*" in out
    assert "* unsure: the refusal classifier is not clear" in out


def test_health_claims_no_share_that_the_log_cannot_tell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_health(Health(trials=100), "abc", frozenset({"refused", "unparsed"}))
    out = capsys.readouterr().out
    assert out.splitlines() == [
        "health 100 trials · infra errors 0 (0.0%) · truncated 0 (0.0%)",
        "imported the log cannot tell unparsed or refused from wrong",
    ]
    print_health(Health(trials=100, infra_error=9), "abc", frozenset({"truncated"}))
    out = capsys.readouterr().out
    assert "the endpoint failed" in out
    assert "Run again" not in out
    print_health(Health(trials=100, unparsed=1, empty=1), "abc", frozenset({"unparsed"}))
    out = capsys.readouterr().out
    assert "unparsed at least 1 (1.0%)" in out
    assert "empty replies at least 1 (1.0%)" in out


def test_what_repeats_say_at_temperature_zero_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    cold = msgspec.structs.replace(row("t/pass^3"), marks=("temperature 0",))
    print_metrics([row("t/accuracy"), cold])
    out = capsys.readouterr().out
    assert "t/pass^3°" in out
    assert "t/accuracy°" not in out
    assert "° repeats at temperature 0: what differs is the endpoint's own noise" in out
    print_metrics([row("t/accuracy")])
    assert "°" not in capsys.readouterr().out
