from tests.cli.commands.conftest import Cli


def test_the_demo_measures_a_real_model_over_http(cli: Cli) -> None:
    done = cli("demo", "--limit", "1")
    assert done.returncode == 0, done.stderr
    assert "It is a weak model" in done.stdout
    assert "health 5 trials" in done.stdout
    assert "starter_coding/pass@1" in done.stdout
    assert "What to try next" in done.stdout
    suggested = next(line for line in done.stdout.splitlines() if " --outcome " in line)
    command = suggested.partition("statera show ")[2].partition("  ")[0]
    assert "epoch 0 · " in cli("show", *command.split()).stdout
