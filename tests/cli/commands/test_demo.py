from pathlib import Path

from tests.cli.commands.conftest import Cli


def test_the_demo_measures_a_real_model_and_decides_on_a_change(cli: Cli, tmp_path: Path) -> None:
    done = cli("demo", "--limit", "1")
    assert done.returncode == 0, done.stderr
    assert "It is a weak model" in done.stdout
    assert "health 5 trials" in done.stdout
    assert "starter_coding/pass@1" in done.stdout
    assert "What to try next" in done.stdout
    said = done.stdout.partition("A judge: may")[2]
    assert "demo-judge: VOID: this judge cannot be used here" in said
    assert "of the replies hold no verdict, more than 10 %" in said
    assert "This is expected" in said
    assert (tmp_path / ".statera" / "demo-judge.yaml").is_file()
    ideas = done.stdout.partition("What to try next")[2]
    suggested = next(line for line in ideas.splitlines() if " --outcome " in line)
    command = suggested.partition("statera show ")[2].partition("  ")[0]
    assert "epoch 0 · " in cli("show", *command.split()).stdout
    assert "gate demo: " in done.stdout
    page = tmp_path / ".statera" / "demo.html"
    assert f"open {page.relative_to(tmp_path)}" in done.stdout
    text = page.read_text(encoding="utf-8")
    assert "demo-change against demo-base" in text
    line = next(line for line in text.splitlines() if "statera report " in line)
    again = line.partition("statera report ")[2].partition("<")[0].split()
    assert cli("report", *again).returncode == 0
    guarded = done.stdout.partition("A guard: one policy checks")[2]
    assert "harmful  " in guarded
    assert "seen as base64" in guarded
    assert "HTTP 200 · X-Statera-Decision: allow" in guarded
    assert "HTTP 400 · X-Statera-Decision: block" in guarded
    assert "guard:default@" in guarded
