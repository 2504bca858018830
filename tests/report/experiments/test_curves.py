import re

from statera.report.experiments.curves import HEIGHT, Level, Point, plane, sequence, stretches

POINTS = [
    Point(100, 0.2),
    Point(200, 0.1, -0.4, 0.6),
    Point(1000, 0.05, -0.1, 0.2),
    Point(4000, 0.03, 0.01, 0.05),
]


def test_the_units_stand_on_a_logarithmic_axis_from_the_first_look_to_now() -> None:
    axes = plane(POINTS, [], log=True)
    assert axes.across(100) == 8.0
    assert axes.across(4000) == 99.0
    middle = axes.across(632.4555320336759)  # the geometric mean
    assert abs(middle - 53.5) < 1e-9
    assert plane([Point(100, 0.1)], [], log=True).across(100) == 53.5


def test_more_is_further_up_and_nothing_leaves_the_drawing() -> None:
    axes = plane(POINTS, [Level(0.02, "limit")], log=True)
    assert axes.down(0.1) < axes.down(0.0) < axes.down(-0.1)
    assert 0 <= axes.down(99.0) < axes.down(-99.0) <= HEIGHT


def test_a_sequence_draws_its_band_only_where_there_are_bounds() -> None:
    drawn = sequence(POINTS, [Level(0.02, "limit")], title="a <b>", decided=1000)
    band, curve = re.findall(r'points="([^"]*)"', drawn)
    assert (len(band.split()), len(curve.split())) == (6, 4)
    assert 'class="limit"' in drawn
    assert 'class="decided"' in drawn
    assert "a &lt;b&gt;" in drawn
    bare = sequence([Point(100, 0.1), Point(200, None)], [], title="x")
    assert "polygon" not in bare


def test_stretches_have_their_names_and_intervals() -> None:
    points = [Point(0, 0.1, 0.0, 0.2, "11-02"), Point(1, None, None, None, "11-09")]
    drawn = stretches(points, [], title="x")
    assert drawn.count('class="interval"') == drawn.count('class="mark"') == 1
    assert "11-02" in drawn
    assert "11-09" in drawn
