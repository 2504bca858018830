import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from statera.records.scores import Outcome
from statera.report.content import Command, Content
from statera.report.page import page
from statera.report.specimens import specimen
from tests.report.made import HOSTILE, Made, Outcomes, content, items, rule, ruling, stored

ALLOWED = {
    "a", "b", "bdi", "body", "br", "caption", "circle", "code", "dd", "defs", "details", "div",
    "dl", "dt", "h1", "h2", "h3", "h4", "head", "header", "html", "li", "line", "main", "meta",
    "ol", "p", "path", "pattern", "pre", "rect", "section", "small", "span", "style", "summary",
    "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul",
}  # fmt: skip
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed where it belongs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def check_safe(reader: Reader) -> None:
    """Nothing but the elements that the templates have, no handler, no address, no style."""
    assert {tag for tag, _ in reader.seen} <= ALLOWED
    for tag, attributes in reader.seen:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not set(attributes) & {"src", "style", "srcset", "action", "xlink:href"}, tag
        assert attributes.get("href") in (None, "#first", "#outcomes"), tag


def always(outcome: Outcome) -> Outcomes:
    return lambda number, epoch: outcome


def test_the_ruling_comes_first_and_every_section_has_its_heading(tmp_path: Path) -> None:
    new = stored(tmp_path, Made("new", items(40, ["a", "b"]), always("right")), tag="candidate")
    old = stored(tmp_path, Made("old", items(40, ["a", "b"]), always("wrong")), tag="base")
    made = content(new, old, ruling([rule("fail")]))
    text = page(made)
    headings = re.findall(r"<h2[^>]*>(?:<[^>]+>)*([^<]*)", text)
    assert headings == [
        "✗",
        "What moved",
        "t",
        "What became of the trials",
        "Why it moved",
        "What differs between the systems",
        "How the numbers were made",
    ]
    check_safe(read(text))
    assert re.search(r"<h1><bdi>candidate against base</bdi></h1>", text)
    assert "FAIL <bdi>release</bdi>" in text


def test_what_a_model_says_is_text_and_nothing_else(tmp_path: Path) -> None:
    hostile = [s for s in items(24, [HOSTILE[:200], "x" * 200, HOSTILE])]
    made = Made(HOSTILE, hostile, always("wrong"), reply=HOSTILE, system=HOSTILE)
    new = stored(tmp_path, made, tag=None)
    old = stored(tmp_path, Made("old", hostile, always("right"), reply=HOSTILE * 40))
    found = content(new, old, ruling([rule("fail", f"t/{HOSTILE}", reason=HOSTILE)]))
    trials = [(who, list(run.samples())[:1]) for who, run in (("candidate", new), ("base", old))]
    shown = [specimen("lost", trials)]
    text = page(
        Content(
            candidate=found.candidate,
            base=found.base,
            comparison=found.comparison,
            ruling=found.ruling,
            diagnosis=found.diagnosis,
            specimens=shown,
            commands=(Command(HOSTILE, HOSTILE),),
        )
    )
    reader = read(text)
    check_safe(reader)
    assert "alert(" in "".join(reader.text)
    assert not set("".join(reader.text)) & set("\u202e\u2066\u200b\x1b\x00")
    assert text.count("<style>") == text.count("</style>") == 1
    assert "49" not in re.findall(r"\{\{.{0,9}", text)


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("outcome", ["infra_error", "right", "unparsed"])
def test_little_evidence_makes_a_page_that_says_so(
    tmp_path: Path, count: int, outcome: Outcome
) -> None:
    new = stored(tmp_path, Made("new", items(count, ["a"]), always(outcome)))
    old = stored(tmp_path, Made("old", items(count, ["a"]), always("right")))
    for made in (content(new), content(new, old)):
        text = page(made)
        read(text)
        assert "nan" not in text.lower().replace("finance", "")
        assert "None" not in re.sub(r"<(td|li|bdi)[^>]*>None", "", text)


def test_a_run_that_did_not_end_says_so(tmp_path: Path) -> None:
    made = stored(tmp_path, Made("new", items(9, ["a"]), always("right")))
    made.store.set_status(made.info.id, "stopped", reason="the budget is spent", now=1.8e9)
    again = content(type(made)(made.store, made.store.find(made.info.id)))
    assert "stopped: the budget is spent" in page(again)
    assert "<dt>status</dt>" not in page(content(made))


def test_a_run_that_stopped_early_says_by_which_gate(tmp_path: Path) -> None:
    made = stored(tmp_path, Made("new", items(9, ["a"]), always("right")))
    reason = "stopped early by release, after 9 of 40 trials"
    made.store.set_status(made.info.id, "done", reason=reason, now=1.8e9)
    again = content(type(made)(made.store, made.store.find(made.info.id)))
    assert f"done: {reason}" in page(again)


def test_differences_of_the_instrument_are_marked(tmp_path: Path) -> None:
    new = stored(tmp_path, Made("new", items(9, ["a"]), always("right"), system="Be brief."))
    old = stored(tmp_path, Made("old", items(9, ["a"]), always("right")))
    text = page(content(new, old))
    assert "system_message" in text
    assert "Be brief." in text


def test_fifty_seven_categories_with_names_of_200_characters_fit(tmp_path: Path) -> None:
    names = [f"{number} {'ab c' * 50}"[:200] for number in range(57)]
    samples = items(228, names)
    kept = [sample for sample in samples if sample.category != names[7]]
    new = stored(tmp_path, Made("new", kept, lambda n, _: "wrong" if n % 3 else "right"))
    old = stored(tmp_path, Made("old", samples, always("right")))
    rules = [rule("fail", category=name, rule=0) for name in names]
    text = page(content(new, old, ruling(rules)))
    reader = read(text)
    assert len(text.encode()) < 700_000
    assert all(name in "".join(reader.text) for name in names)
    rows = [attributes for tag, attributes in reader.seen if tag == "tr"]
    assert sum(attributes.get("class") == "missing" for attributes in rows) == 1


def test_the_page_can_be_read_without_eyes_or_mouse(tmp_path: Path) -> None:
    new = stored(tmp_path, Made("new", items(40, ["a", "b"]), always("right")))
    old = stored(tmp_path, Made("old", items(40, ["a", "b"]), always("wrong")))
    shown = [specimen("won", [("candidate", list(new.samples())[:1])])]
    found = content(new, old, ruling([rule("pass", f"t/{n}") for n in range(9)] + [rule("fail")]))
    text = page(replace(found, specimens=shown))
    seen = read(text).seen
    ids = [attributes["id"] for _, attributes in seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["aria-labelledby"] for _, a in seen if "aria-labelledby" in a} <= set(ids)
    assert all(a.get("scope") for tag, a in seen if tag == "th")
    levels = [int(tag[1]) for tag, _ in seen if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    drawings = re.findall(r"<svg[^>]*role=\"img\"[^>]*>(.{7})", text)
    assert len(drawings) > 20
    assert set(drawings) == {"<title>"}
    assert '<html lang="en">' in text


def test_a_sample_without_a_question_has_no_empty_box(tmp_path: Path) -> None:
    run = stored(tmp_path, Made("m", items(3, []), lambda n, _: "right"))
    found = specimen("right", [("reply", list(run.store.trials(run.info.id, limit=1)))])
    assert "<h4>Question</h4>" in page(replace(content(run), specimens=[found]))
    bare = found._replace(question="")
    assert "<h4>Question</h4>" not in page(replace(content(run), specimens=[bare]))


def test_items_that_an_early_stop_left_out_say_so(tmp_path: Path) -> None:
    new = stored(tmp_path, Made("new", items(20, []), lambda n, _: "right"))
    old = stored(tmp_path, Made("old", items(50, []), lambda n, _: "right"))
    found = content(new, old)
    assert found.comparison is not None
    assert "30 items of the base only, left out of the comparison" in page(found)
    found.comparison.pairings[0].candidate.early = "seeded"
    assert "30 items of the base only, as the other run stopped early, left out" in page(found)
