from xml.etree import ElementTree

from statera.report.forest import Limit, Mark, axis_row, row
from statera.report.scale import scale

AXIS = scale([0.0, 1.0])


def drawn(mark: Mark, *, zero: bool = False) -> list[tuple[str, dict[str, str]]]:
    read = ElementTree.fromstring(row(mark, AXIS, title="t", zero=zero))
    return [(e.get("class", e.tag), dict(e.attrib)) for e in read.iter() if e.get("class")]


def having(style: str, mark: Mark) -> list[dict[str, str]]:
    return [attributes for name, attributes in drawn(mark) if name == style]


def test_the_interval_lies_where_its_numbers_are() -> None:
    lines = having("interval", Mark(0.5, 0.4, 0.7))
    assert [(e["x1"], e["x2"]) for e in lines] == [
        ("40.00%", "70.00%"),
        ("40.00%", "40.00%"),
        ("70.00%", "70.00%"),
    ]


def test_a_bound_on_one_side_runs_to_the_end_and_has_no_stop_there() -> None:
    lines = having("interval", Mark(0.5, 0.4, None))
    assert [(e["x1"], e["x2"]) for e in lines] == [("40.00%", "100.00%"), ("40.00%", "40.00%")]


def test_without_an_interval_there_is_a_mark_and_no_line() -> None:
    assert not having("interval", Mark(0.5))
    assert len(having("mark", Mark(0.5))) == 1
    assert not having("mark", Mark(None))


def test_the_side_beyond_the_limit_is_hatched() -> None:
    (above,) = having("beyond", Mark(0.5, limit=Limit(0.55, "above")))
    assert (above["x"], above["width"]) == ("0.00%", "55.00%")
    (below,) = having("beyond", Mark(0.5, limit=Limit(0.55, "below")))
    assert (below["x"], below["width"]) == ("55.00%", "45.00%")


def test_the_base_has_a_mark_of_another_shape() -> None:
    both = Mark(0.5, 0.4, 0.6, other=0.45)
    (base,), (own,) = having("base-mark", both), having("mark", both)
    assert base["d"] != own["d"]


def test_no_change_is_a_line_where_the_axis_has_a_zero() -> None:
    assert any(name == "zero" for name, _ in drawn(Mark(0.5), zero=True))
    assert not any(name == "zero" for name, _ in drawn(Mark(0.5)))


def test_the_axis_names_its_ticks_and_marks_the_limits() -> None:
    read = ElementTree.fromstring(axis_row(AXIS, title="axis", limits=[0.55, 0.55]))
    texts = [e.text for e in read.iter("text")]
    assert texts == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert sum(e.get("class") == "limit-sign" for e in read.iter()) == 1


def test_the_axis_covers_all_numbers_of_a_mark_and_some_room_beyond_the_limit() -> None:
    assert Mark(1, 2, 3, 4).numbers == (1, 2, 3, 4)
    assert Mark(1, 2, 3, 4, Limit(0.5, "above")).numbers == (1, 2, 3, 4, 0.5, 0.5 - 0.05 * 3.5)
    assert Mark(1, limit=Limit(5, "below")).numbers[-2:] == (5, 5 + 0.05 * 4)
    assert Mark(None, limit=Limit(5, "below")).numbers[-2:] == (5, 5)
