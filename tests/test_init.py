import statera


def test_the_public_list_is_sorted_complete_and_loads() -> None:
    assert statera.__all__ == sorted(statera.__all__)
    assert set(statera.__all__) == set(statera._HOME)
    assert all(getattr(statera, name) is not None for name in statera.__all__)
    assert dir(statera) == statera.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(statera, "nothing_of_the_kind")
