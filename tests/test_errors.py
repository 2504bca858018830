import pytest

from statera import errors


def test_exit_codes() -> None:
    codes = {
        errors.StateraError: 70,
        errors.DeclarationError: 2,
        errors.SandboxUnavailable: 2,
        errors.EndpointError: 4,
        errors.RunStopped: 4,
        errors.StoreError: 4,
        errors.Interrupted: 130,
    }
    assert {kind: kind.exit_code for kind in codes} == codes


@pytest.mark.parametrize(
    ("name", "expected"), [("mmul", " Did you mean 'mmlu'?"), ("zzzz", ""), ("maybe", "")]
)
def test_the_nearest_name(name: str, expected: str) -> None:
    assert errors.nearest(name, ["mmlu", "gsm8k", "yes"]) == expected


def test_unknown_names_are_one_line_with_what_is_allowed() -> None:
    message = str(errors.unknown("task", "gsm8", ["mmlu", "gsm8k"]))
    assert message == "unknown task 'gsm8'. Did you mean 'gsm8k'? Allowed: gsm8k, mmlu"
