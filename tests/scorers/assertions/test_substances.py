from statera.scorers.assertions.substances import DRUGS, KNOWN, OTHERS


def test_names_are_single_words_in_lower_case_and_in_one_list() -> None:
    assert all(name == name.lower() and " " not in name for name in KNOWN)
    assert DRUGS.isdisjoint(OTHERS)
