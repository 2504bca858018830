import msgspec

from statera.analysis.comparison import Comparison
from statera.analysis.pairing import Pairing
from statera.diagnosis.caveats import EARLY, MIXED, caveats
from tests.diagnosis.made import frame, imported, paired, spelled
from tests.diagnosis.regressions import comparison

LOG = {"imported": {"tool": "csv", "files": ["new.csv"]}}


def of(pairing: Pairing) -> Comparison:
    return comparison([pairing.candidate], [pairing.base])


def test_ordinary_runs_have_none() -> None:
    assert caveats(of(paired("rw", "rr"))) == ()


def test_a_run_that_stopped_early_says_what_its_numbers_are() -> None:
    assert caveats(of(paired("rw", "rr", early="seeded"))) == (f"t: {EARLY}",)
    new, old = frame(spelled("rw"), early="seeded"), frame(spelled("rw"), early="mixed")
    assert caveats(comparison([new], [old])) == (f"t: {MIXED}",)


def test_what_a_log_does_not_tell_is_named_in_one_line() -> None:
    (line,) = caveats(of(imported("rw", "rr")))
    assert line.startswith("t: a log cannot tell unparsed, refused, truncated or errors from wrong")
    (line,) = caveats(of(imported("rw", "rr", blind=frozenset({"unparsed"}))))
    assert line.startswith("t: a log cannot tell unparsed from wrong")


def test_an_imported_run_is_said_to_be_one() -> None:
    info = msgspec.structs.replace(of(paired("r", "r")).candidate, environment=LOG)
    pairing = paired("r", "r")
    whole = Comparison(
        candidate=info,
        base=of(pairing).base,
        rows=(),
        pairings=(pairing,),
        system=(),
        instrument=(),
        only_candidate=(),
        only_base=(),
    )
    told = "run cccccccc was imported from csv (new.csv): it cannot be asked from here"
    assert caveats(whole) == (told,)
