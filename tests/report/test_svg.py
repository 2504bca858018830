from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from statera.report.svg import bar, drawing, element, line, words

HOSTILE = "\"'><script>alert(1)</script></svg>"


def test_attributes_and_content_are_escaped() -> None:
    found = element("text", HOSTILE, class_=HOSTILE)
    read = ElementTree.fromstring(found)
    assert read.text == HOSTILE
    assert read.attrib == {"class": HOSTILE}
    assert len(list(read.iter())) == 1


def test_a_drawing_says_what_it_shows() -> None:
    read = ElementTree.fromstring(drawing(HOSTILE, 20, line((0, 1), (50, 1), "grid")))
    assert read.get("role") == "img"
    assert [child.tag for child in read] == ["title", "line"]
    assert read[0].text == HOSTILE


def test_places_are_per_cent_of_the_width_so_that_marks_keep_their_shape() -> None:
    read = ElementTree.fromstring(bar(60.0, 20.0, (3, 9), "loss"))
    assert read.attrib == {
        "class": "loss",
        "x": "20.00%",
        "y": "3",
        "width": "40.00%",
        "height": "9",
    }
    assert ElementTree.fromstring(words("a", (12.5, 8), "tick")).get("x") == "12.50%"


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"])))
def test_any_title_is_one_well_formed_element(title: str) -> None:
    read = ElementTree.fromstring(drawing(title, 20))
    assert (read[0].text or "") == title.replace("\ufffe", "").replace("\uffff", "")
