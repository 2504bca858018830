"""A wrong flag or command is told in one line."""

import click
import pytest

from statera.cli.main import cli
from statera.cli.usage import told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("rum", "unknown command 'rum'. Did you mean 'run'? Allowed: compare, confirm, "),
        ("data pul", "unknown command 'pul'. Did you mean 'pull'? Allowed: list, pull (statera da"),
        (
            "run x -m y --limt 3",
            "unknown option '--limt'. Did you mean '--limit'? Allowed: --api, ",
        ),
        ("run x", "--model (STATERA_MODEL) is missing: URL#NAME, NAME (with OPENAI_BASE_URL), emb"),
        ("doctor", "MODEL is missing (statera doctor --help)"),
        ("run x -m y --limit abc", "--limit (STATERA_LIMIT): 'abc' is not a whole number ("),
        ("run x -m y --limit 0", "--limit (STATERA_LIMIT): 0 is not in the range x>=1 ("),
        ("run x -m y --timeout abc", "--timeout (STATERA_TIMEOUT): 'abc' is not a number ("),
        (
            "run x -m y --mode loglikelihod",
            "--mode (STATERA_MODE): 'loglikelihod' is not one of 'auto', 'generate', "
            "'loglikelihood'. Did you mean 'loglikelihood'? (statera run --help)",
        ),
        ("run x -m", "Option '-m' requires an argument."),
        ("runs a b", "Got unexpected extra arguments (a b) (statera runs --help)"),
    ],
)
def test_one_line_with_what_is_allowed(typed: str, said: str) -> None:
    with pytest.raises(click.ClickException) as raised:
        cli.main(typed.split(), prog_name="statera", standalone_mode=False)
    line = told(raised.value)
    assert line.startswith(said)
    assert "\n" not in line
