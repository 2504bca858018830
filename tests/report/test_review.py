import re
from pathlib import Path

from statera.report.content import Command, Content
from statera.report.review import code, review
from tests.report.made import HOSTILE, Made, content, items, rule, ruling, stored

NEW = Made("new", items(80, ["a", "b"]), lambda n, _: "wrong" if n % 2 else "right")
OLD = Made("old", items(80, ["a", "b"]), lambda n, _: "right")


def test_the_decision_leads_and_what_moved_follows(tmp_path: Path) -> None:
    new, old = stored(tmp_path, NEW, tag="candidate"), stored(tmp_path, OLD, tag="base")
    text = review(content(new, old, ruling([rule("fail"), rule("pass", "t/other")])))
    assert text.startswith("### ✗ FAIL `release`: `candidate` against `base`\n")
    assert "| ✗ fail | `t/accuracy` |" in text
    assert "t/other" not in text
    assert "1 more rule" in text
    assert "| `t/accuracy` | 1.000 | 0.500 | −0.500 |" in text
    assert "Categories that surely moved: 1" in text
    assert "`t/b/accuracy`" in text
    assert "- reliability or capability regression (undetermined) in `t`: −50.0 points" in text


def test_every_table_has_cells_for_its_columns(tmp_path: Path) -> None:
    new, old = stored(tmp_path, NEW), stored(tmp_path, OLD)
    text = review(content(new, old, ruling([rule("inconclusive", "t/a|b", reason="x")])))
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_a_run_alone_has_its_estimates(tmp_path: Path) -> None:
    text = review(content(stored(tmp_path, NEW)))
    assert text.startswith("### statera: `")
    assert "| `t/accuracy` | 0.500 | 0.393 to 0.607 at 95 % | 80 |" in text


def test_nothing_from_outside_leaves_its_place(tmp_path: Path) -> None:
    name = "`@team [x](http://example.invalid) | <b> #1\n\n# big\u202e"
    assert code(name) == "`'@team [x](http://example.invalid) \\| <b> #1 # big\\u202e`"
    hostile = rule("fail", "t/accuracy", method=name, reason=name)
    new = stored(tmp_path, NEW, tag="candidate")
    made = content(new, None, ruling([hostile, rule("fail", f"t/{name}", lower=None, upper=None)]))
    text = review(
        Content(
            candidate=made.candidate,
            ruling=made.ruling,
            commands=(Command("x ``` \n# big", HOSTILE),),
        )
    )
    outside = re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    assert "@" not in outside
    assert "<" not in outside
    assert "](" not in outside
    assert text.count("```") == 2
    assert "\n# big" not in outside
