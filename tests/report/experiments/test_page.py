import re
from html.parser import HTMLParser

from statera.report.experiments.page import blocks, page
from tests.report.experiments.made import contrast, design, path, ratio, result, shown

HOSTILE = "<script>alert(1)</script>\u202e&"
_VOID = {"meta", "br", "link"}


class Balanced(HTMLParser):
    """Fails for a tag that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_sample_ratio_stands_before_the_verdict_and_that_before_all_else() -> None:
    text = page(shown())
    Balanced(text)
    order = ["Sample ratio holds", "PASS", "Primary outcome and guardrails",
             "How the primary estimate moved", "By segment", "Does it wear off?",
             "With late reports", "A Bayesian view", "what was counted aside",
             "as registered and later", "What happened", "How the numbers were made"]  # fmt: skip
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_no_number_stands_without_its_interval() -> None:
    text = page(shown())
    cells = re.findall(r'<td class="numbers"><b>([^<]+)</b> ?(?:<span>)?\(([^)]+)\)', text)
    assert len(cells) == 3 + 2 + 1
    assert all(" to " in bounds for _, bounds in cells)


def test_a_failing_ratio_says_that_the_result_is_void_and_why() -> None:
    void = result(
        verdict="inconclusive",
        reasons=("void", *ratio(failed=True).causes),
        ratio=ratio(failed=True),
        primary=(contrast(standing="void", bounds=(None, None), why="void"),),
    )
    text = page(shown(void))
    assert "Sample ratio failed: this result is void" in text
    assert text.count("answers of warm fail more often") == 1
    assert "? INCONCLUSIVE" in re.sub(r"<[^>]+>", "", text)


def test_what_is_not_there_has_no_section() -> None:
    bare = result(segments=(), novelty=(), late=(), bayes=(), path=(), responses={}, aside={},
                  homogeneity={}, warnings=(), reasons=())  # fmt: skip
    text = page(shown(bare, edits=(), events=(), command="", late=False))
    Balanced(text)
    for words in ("How the primary", "By segment", "wear off", "late reports", "Bayesian",
                  "counted aside", "What happened", "Make it again", "Edited"):  # fmt: skip
        assert words not in text
    assert "With late reports" not in page(shown(late=False))


def test_later_edits_stand_there_with_date_and_diff() -> None:
    text = page(shown())
    assert "Edited 2026-11-20 11:06 UTC" in text
    assert '<span class="removed">-  - {outcome: complaint, margin: 0.002}</span>' in text
    assert '<span class="added">+  - {outcome: complaint, margin: 0.005}</span>' in text
    assert '<span class="note">--- registered</span>' in text


def test_every_arm_has_its_row_and_its_curve() -> None:
    arms = ("warm", "terse")
    found = result(primary=tuple(contrast(arm=arm) for arm in arms), path=tuple(map(path, arms)))
    (primary, *_) = blocks(found, design())
    assert [line.row.arm for line in primary.lines] == list(arms)
    assert page(shown(found)).count('class="band"') == 2


def test_texts_from_outside_are_escaped_and_visible() -> None:
    found = result(
        reasons=(HOSTILE,), warnings=(HOSTILE,), experiment=HOSTILE,
        primary=(contrast(arm=HOSTILE),), aside={"excluded": {HOSTILE: 3}}, path=(path(HOSTILE),),
    )  # fmt: skip
    text = page(shown(found, command=HOSTILE))
    Balanced(text)
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\\u202e" in text


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    text = page(shown())
    assert not re.search(r"(src|href)=\"(?!#)", text)
    assert "url(http" not in text
