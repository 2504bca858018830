from statera.records.samples import Sample


def test_the_unit_of_analysis_is_the_cluster_or_the_sample() -> None:
    assert Sample(id="a", input="?").unit == "a"
    assert Sample(id="a", input="?", cluster="twins").unit == "twins"


def test_the_ideal_reference_comes_first() -> None:
    found = Sample(id="a", input="?", reference="x", references=("y", "z"))
    assert found.accepted == ("x", "y", "z")
    assert Sample(id="a", input="?").accepted == ()
