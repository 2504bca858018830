import pytest

from statera.analysis.pairing import Pairing
from statera.diagnosis.scopes import Terms, check_terms, lead, named, scopes
from statera.errors import DeclarationError
from tests.diagnosis.made import frame, paired, spelled


def mixed() -> Pairing:
    items = spelled("rrff", category="safe") | spelled("ffff", category="harm")
    return Pairing.of(frame(items), frame(items))


def test_unsafe_items_never_share_a_number_with_benign_ones() -> None:
    benign, unsafe = scopes([mixed()], Terms(unsafe=("t/harm",)))
    assert (benign.unsafe, unsafe.unsafe) == (False, True)
    assert [name.split("/")[0] for name in benign.counts.ids] == ["safe"] * 4
    assert [name.split("/")[0] for name in unsafe.counts.ids] == ["harm"] * 4
    (whole,) = scopes([mixed()], Terms(unsafe=("t",)))
    assert (whole.unsafe, len(whole.counts)) == (True, 8)
    assert scopes([Pairing.of(frame({"a": ["right"]}), frame({"b": ["right"]}))], Terms()) == ()


def test_a_name_is_a_task_or_a_category_of_it() -> None:
    assert named(mixed(), ["t/safe"]).tolist() == [True] * 4 + [False] * 4
    assert named(mixed(), ["t"]).all()
    assert not named(mixed(), ["other", "other/safe"]).any()
    assert lead(mixed()) == "accuracy"


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (Terms(margin=0), "margin lies between 0 and 1, not 0"),
        (Terms(alpha=0.5), "alpha lies between 0 and 0.5, not 0.5"),
        (Terms(alpha=float("nan")), "alpha lies between 0 and 0.5, not nan"),
        (Terms(search=2), "search lies between 0 and 1, not 2"),
        (
            Terms(unsafe=("t/hram",)),
            "unknown task or task/category 't/hram'. Did you mean 't/harm'",
        ),
        (Terms(safety=("sfae",)), "unknown category 'sfae'. Did you mean 'safe'"),
        (Terms(public=("t",)), "public and held_out are named together"),
    ],
)
def test_wrong_terms_are_told(terms: Terms, told: str) -> None:
    with pytest.raises(DeclarationError) as found:
        check_terms(terms, [mixed()])
    assert told in str(found.value)


def test_right_terms_pass() -> None:
    terms = Terms(unsafe=("t/harm",), public=("t/safe",), held_out=("u",), safety=("harm",))
    check_terms(terms, [mixed(), paired("rr", "rr", task="u")])
