import pytest

from statera.interop.importing.imported import Facts, Wanted, plain_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("inspect_evals/gsm8k", "inspect_evals_gsm8k"),
        ("say it, twice", "say_it_twice"),
        ("pass@1", "pass@1"),
        ("größe-2.0", "größe-2.0"),
        ("  ", "unnamed"),
        ("a/b c", "a_b_c"),
    ],
)
def test_names_have_no_slash_and_no_space(text: str, name: str) -> None:
    assert plain_name(text) == name


def test_nothing_is_wanted_unless_said() -> None:
    assert Wanted()[:2] == (None, None)
    assert Facts().mode == "generate"
