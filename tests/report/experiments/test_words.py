from statera.analysis.experiments.result import Bayes
from statera.report.experiments import words
from tests.report.experiments.made import contrast, ratio, result, shown


def test_the_sample_ratio_says_whether_it_holds_and_what_fits_when_not() -> None:
    assert words.ratio_line(ratio()).startswith("sample ratio holds · base 5,012 (expected 5,000)")
    failed = ratio(failed=True)
    assert "FAILED" in words.ratio_line(failed)
    assert "p < 0.0001" in words.ratio_line(failed)
    assert words.ratio_causes(failed) == [
        "answers of warm fail more often: 4.1 % against 0.3 %",
        "it shows most in: plan=free (p < 0.0001)",
    ]
    assert words.ratio_causes(ratio()) == []


def test_the_registration_names_digest_date_and_edits() -> None:
    told = words.registration(shown())
    assert told == (
        "pre-registered 2026-11-18 11:06 UTC · design 4c62602ad518e954fc27a2cb262e9fc8 · 1 edit "
        "since"
    )
    assert words.registration(shown(edits=())).endswith("not edited since")


def test_the_size_says_what_is_next() -> None:
    assert words.size_line(result()) == (
        "9,988 of 12,000 planned units closed, 10,000 exposed · confidence-sequence, alpha 0.05"
    )
    looks = result(planned=None, next_look=12_000, analysis="group-sequential")
    assert words.size_line(looks).endswith("next look at 12,000 units")
    assert words.setting(shown()) == (
        "by user · base 50.0 %, warm 50.0 % · window 1d after the first exposure"
    )


def test_what_never_happened_is_not_told() -> None:
    assert words.aside({"crossed": {"base": 0}, "designs": {"abc": 9}}) == []
    assert words.aside(result().aside) == [
        "units shown more than one arm: warm 3",
        "requests that took no part: no unit 41",
        "answers that failed: base 12 of 15,000 (0.1 %), warm 14 of 15,100 (0.1 %)",
    ]
    assert words.aside({"designs": {"abc": 9, "def": 1}}) == [
        "exposures by the design that was served: abc 9, def 1"
    ]
    assert words.responses(result(responses={"solved": {}})) == []
    assert words.responses(result()) == ["solved: base 97.8 %, warm 98.4 %"]


def test_a_method_stands_once_with_all_that_it_was_used_for() -> None:
    lines = words.methods(result(segments=(), novelty=()))
    assert lines == [
        "primary, guardrail complaint, guardrail latency, late reports: asymptotic confidence "
        "sequence, normal mixture (Waudby-Smith et al. 2024)",
        "sample ratio: sequential multinomial test (Lindon and Malek 2022)",
    ]
    assert words.methods(result(primary=(), guardrails=(contrast(),)))


def test_no_probability_is_rounded_to_certainty() -> None:
    view = Bayes(arm="warm", better=0.999999, loss=0.0, mean=0.1, low=0.0, high=0.2, prior=0.05)
    (line,) = words.bayes_lines([view], 3)
    assert "probability above 0.9999" in line
    assert "+0.100 (95 %: +0.000 to +0.200)" in line


def test_events_are_lines_also_of_kinds_that_are_new() -> None:
    assert words.happened("stopped", "complaint") == "stopped: traffic goes to the base: complaint"
    assert words.happened("retained", "") == "retained"
    assert words.homogeneity(result()) == [
        "warm, plan: the same difference in all values? p 0.3400"
    ]
