"""From live traffic to a regression item, as a user types it: in one process, without a model."""

import json
from pathlib import Path

import pytest

from tests.api.traffic_stored import requests
from tests.cli.commands.conftest import Cli
from tests.interop.importing.traces_made import event, line, write


def test_traffic_is_read_scored_diagnosed_and_becomes_an_item(here: Cli, tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", *requests(1200, refused_after=0.2))
    taken = here("import", "t.jsonl", "--segment", "country", "--tag", "live", "--redact")
    assert taken.returncode == 0, taken.stderr
    assert "live traffic · from traces" in taken.stdout
    assert (tmp_path / ".statera" / "units.key").exists()
    scored = here("score", "live", "-s", "{type: contains, any: [orders]}", "--share", "0.5")
    assert scored.returncode == 0, scored.stderr
    assert " of 1,200 items are drawn" in scored.stderr
    told = here("diagnose", "live", "--after", "2026-03-01", "--margin", "0.06", "--json")
    found = json.loads(told.stdout)
    assert [one["cause"] for one in found["findings"]] == ["safety over-correction"]
    assert (found["base"], found["candidate"]) == ("until 2026-03-01", "from 2026-03-01 on")
    shown = here("diagnose", "live", "--by", "version", "1", "2")
    assert "1. safety over-correction" in shown.stdout
    kept = here("regress", "live", "r3", "--to", "live.yaml", "--not-refused")
    assert kept.returncode == 0, kept.stderr
    assert kept.stdout.startswith("1 item added to live.yaml · nothing was found to redact")
    again = here("regress", "live", "r3", "--to", "live.yaml", "--not-refused", "--json")
    assert json.loads(again.stdout)["added"] == []
    (tmp_path / "says.yaml").write_text("default: Open the orders page.\n")
    asked = here("run", "live.yaml", "-m", "scripted:says.yaml", "-q")
    assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("import", "t.jsonl", "--share", "0"), "share"),
        (("import", "c.csv", "--segment", "a=b"), "--segment is for traffic, not for csv"),
        (("score", "live", "--share", "0.5"), "--share goes with --scorer or --judge"),
        (
            ("score", "live", "--judge", "tone", "--share", "0.5", "--part", "0.1"),
            "--share and --part",
        ),
        (("diagnose", "live"), "say what the two sides are"),
        (("diagnose", "live", "live", "--after", "2026-03-01"), "two runs are the two sides"),
        (("diagnose", "table"), "name BASE too"),
        (("diagnose", "table", "live", "--after", "2026-03-01"), "--after is for live traffic"),
        (("regress", "live", "r1", "--to", "x.yaml"), "what is right? --not-refused"),
        (("regress", "live", "nope", "--to", "x.yaml", "--not-refused"), "unknown request of run"),
        (("regress", "table", "q1", "--to", "x.yaml", "-s", "exact"), "what was asked is not"),
    ],
)
def test_bad_input_is_one_line(here: Cli, tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    write(tmp_path / "t.jsonl", line("r1"), line("r2"))
    (tmp_path / "c.csv").write_text("id,correct,reply\nq1,1,x\n")
    assert here("import", "t.jsonl", "--tag", "live").returncode == 0
    assert here("import", "c.csv", "--tag", "table", "--model-name", "m").returncode == 0
    done = here(*args)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_judge_grades_a_share_within_a_budget(here: Cli, tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", *(line(f"r{at}", response=f"Reply {at}.") for at in range(40)))
    assert here("import", "t.jsonl", "--tag", "live").returncode == 0
    (tmp_path / "judge.yaml").write_text("judge: {}\n")
    done = here(
        "score", "live", "--judge", "tone", "--judge-model", "scripted:judge.yaml",
        "--share", "0.5", "--max-requests", "30",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "of 40 items are drawn: at most " in done.stderr
    assert "stops at --max-requests 30" in done.stderr
    assert "traffic/tone" in done.stdout


def test_the_guards_events_are_known_by_what_is_in_them(here: Cli, tmp_path: Path) -> None:
    texts = [("user", "Hi")]
    write(tmp_path / "e.jsonl", event("a", "request", texts=texts), event("a", "response"))
    done = here("import", "e.jsonl", "--json")
    (kept,) = json.loads(done.stdout)["runs"]
    assert (kept["tool"], kept["items"], kept["tasks"]) == (
        "traces",
        1,
        {"traffic": ["answered", "flagged"]},
    )
