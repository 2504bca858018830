"""The page of an audit: its order, its words, and text from outside that stays text."""

import msgspec
import numpy as np
import pytest

from statera.analysis.audit import audited
from statera.analysis.judgeaudit import drifts, kin, lengths, places, repeats, sanity, verdicts
from statera.analysis.judgeaudit.figures import State, Warned
from statera.report.auditpage import (
    QUESTIONS,
    about,
    cells_of,
    headline,
    markdown,
    method_of,
    overview,
    title,
)
from tests.analysis.judgeaudit.audits_made import ABOUT, decided, measured, section
from tests.analysis.judgeaudit.made import pairs


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("ok", "fair: no fault found"),
        ("warning", "fair: usable, with the warnings below"),
        ("void", "fair: VOID: this judge cannot be used here"),
        ("not shown", "fair: NOT SHOWN: it is open whether this judge can be used"),
    ],
)
def test_the_first_line_says_whether_the_judge_stands(state: State, words: str) -> None:
    found = decided((verdicts.NAME, state))
    assert headline(found) == words
    assert markdown(found).splitlines()[0] == f"# {words}"


def test_no_fault_is_claimed_only_of_what_was_measured() -> None:
    found = decided(("drift", "not measured"))
    assert headline(found) == "fair: no fault found in what was measured"


def test_the_page_in_its_order() -> None:
    page = markdown(measured(gets=0.9))
    parts = [
        "# fair: VOID",
        "- open: attack reply gets 0.90",
        "- void: sanity responders",
        "- warning: position",
        "- ok: verdicts",
        "judge fair (pairwise) · model m · its run 01234567 · on aaaaaaaa against cccccccc",
        "## verdicts: ok · Does it give a verdict when asked?",
        "| figure | value | interval | n | how to read it | method |",
        "## sanity responders: void · Do replies that deserve nothing get something?",
        "- **What to do:** do not use this judge on these tasks",
        "| open: attack | 0.900 |",
        "## position of better: warning · Does it lean to the first or the second place?",
        "| flip rate | 0.200 |",
    ]
    at = [page.index(part) for part in parts]
    assert at == sorted(at)
    assert page.endswith("|\n")


def test_a_table_has_as_many_cells_in_every_row() -> None:
    rows = [line for line in markdown(measured()).splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {7}


def test_a_row_says_unit_sign_and_method() -> None:
    row = next(line for line in markdown(measured()).splitlines() if line.startswith("| first"))
    assert row == (
        "| first place named | 0.600 | 0.556 to 0.665 | 100 verdicts | share of single verdicts; "
        "0.5: no lean, above: to the first place, below: to the second | shown first less shown "
        "second, Tango score |"
    )


def test_every_kind_of_section_asks_its_question() -> None:
    modules = (verdicts, sanity, places, lengths, repeats, kin, drifts)
    assert set(QUESTIONS) == {module.NAME for module in modules}
    assert title(section("other", "ok")) == "other: ok"


def test_the_overview_leaves_nothing_out() -> None:
    found = decided(("position", "warning"), ("drift", "not measured"))
    assert overview(found) == [
        "warning: position",
        "ok: verdicts, sanity responders",
        "not measured: drift",
    ]


def test_an_absent_number_is_none_and_another_level_is_named() -> None:
    shown = measured().section("position").figures[0]
    bare = msgspec.structs.replace(shown, value=None, low=None, high=None, asked=None)
    assert cells_of(bare) == ("flip rate", "none", "none", "50 pairs")
    sure = msgspec.structs.replace(shown, level=0.99)
    assert cells_of(shown)[2] == "0.112 to 0.330"
    assert (method_of(shown), method_of(sure)) == ("Wilson", "Wilson, 99 %")
    assert method_of(msgspec.structs.replace(bare, level=0.99)) == "Wilson"
    assert cells_of(shown)[3] == "50 of 50 pairs"


def test_era_and_cost_are_said_where_there_are_any() -> None:
    found = measured(about=msgspec.structs.replace(ABOUT, era=2, cost=1.5))
    assert "its run 01234567, era 2 · " in about(found)
    assert about(found).endswith(
        "240 judgements, 200 of them new, $1.5000 · intervals 95 % where nothing else is said"
    )
    assert "era" not in about(measured())


def test_names_from_outside_stay_names() -> None:
    about_ = msgspec.structs.replace(ABOUT, judge="a|b*c`d\n# e", model="<script>[x](y)\x1b[2J")
    page = markdown(measured(gets=0.9, about=about_, task="t|<b>"))
    assert page.splitlines()[0].startswith("# a\\|b\\*c\\`d # e: VOID")
    assert "\\<script>\\[x](y)\\\\x1b\\[2J" in page
    assert "| t\\|\\<b>: attack | 0.900 |" in page
    assert "\x1b" not in page


def test_what_was_found_earlier_and_not_settled_since_is_told() -> None:
    gap = Warned(name="self-enhancement", fault="it favours its own family by +0.150", n=200)
    lean = Warned(name="position", fault="it leans to the first place", n=100, criterion="tone")
    needed = [section(name, "ok") for name in (verdicts.NAME, sanity.NAME)]
    lately = section("position", "ok", criterion="tone")
    found = audited(ABOUT, [*needed, lately], (), [gap, lean])
    assert headline(found) == "fair: usable, with the warnings below"
    told = [
        "found earlier: self-enhancement: it favours its own family by +0.150, not asked this time",
        "found earlier: position of tone: it leans to the first place, on 100, this time on 0",
    ]
    assert overview(found)[-2:] == told
    assert all(f"- {line}\n" in markdown(found) for line in told)


def test_the_counts_are_told_apart() -> None:
    found = decided()
    more = msgspec.structs.replace(found.about, anchors=30, others=200)
    told = about(msgspec.structs.replace(found, about=more))
    assert "240 judgements, 200 of them new, 30 anchors again, 200 by other judges · " in told


def test_what_rests_on_padding_alone_says_so() -> None:
    ties = pairs([(0.5, 0.5)] * 20)
    needed = [section(name, "ok") for name in (verdicts.NAME, sanity.NAME)]
    probe = lengths.lengths_of_pairs([], ties, rng=np.random.default_rng(0))
    found = audited(ABOUT, [*needed, probe], ())
    assert overview(found)[0] == "ok: verdicts, sanity responders, verbosity (padding alone)"
    assert title(probe).startswith("verbosity: ok (padding alone) · Does it take")
    won = lengths.lengths_of_pairs([], pairs([(1.0, 1.0)] * 20), rng=np.random.default_rng(0))
    assert title(won).startswith("verbosity: warning · ")
