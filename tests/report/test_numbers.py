from statera.report import numbers


def test_numbers_read_like_those_of_the_command_line() -> None:
    assert numbers.share(0.82) == "0.820"
    assert numbers.change(-0.0214) == "−0.021"
    assert numbers.points(0.0314) == "+3.1"
    assert numbers.span(-0.1, 0.25, signed=True) == "−0.100 to +0.250"
    assert numbers.level(0.95) == "95 %"
    assert numbers.level(0.999) == "99.9 %"
    assert numbers.items(500, 500) == "500"
    assert numbers.items(2000, 40) == "2,000 in 40"
    assert (numbers.plural(1, "item"), numbers.plural(1200, "item")) == ("1 item", "1,200 items")
    assert numbers.probability(0.03125) == "0.0312"
    assert numbers.probability(1e-9) == "< 0.0001"


def test_what_is_absent_is_none_and_never_zero() -> None:
    assert numbers.share(None) == numbers.change(None) == numbers.points(None) == "none"
    assert numbers.probability(None) == "none"
    assert numbers.span(None, 0.5) == numbers.span(0.5, None) == ""


def test_no_number_is_minus_zero() -> None:
    assert numbers.share(-1e-9) == "0.000"
    assert numbers.change(-0.0004) == numbers.change(0.0) == "+0.000"
    assert numbers.points(-0.0002) == "+0.0"
    assert numbers.span(-0.0001, 0.334, signed=True) == "+0.000 to +0.334"
    assert numbers.change(-0.0006) == "−0.001"
