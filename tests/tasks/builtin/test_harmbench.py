from statera.tasks import catalogue


def test_it_is_found_by_its_name_and_asks_in_generation_mode() -> None:
    found = catalogue.find("harmbench")
    assert (found.name, found.modes) == ("harmbench", ("generate",))
