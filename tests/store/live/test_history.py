from statera.records.live import Occurrence
from statera.store.live.opening import LiveStore
from tests.store.live.made import exposure


def happened(id: int, kind: str, at: float) -> Occurrence:
    return Occurrence(id=id, experiment="tone", at=at, kind=kind, detail="so it was")


def test_the_first_design_is_the_pre_registration_and_others_are_edits(live: LiveStore) -> None:
    first = live.register("tone", "a", "text a", 1.0)
    assert first.number == 0
    assert live.register("tone", "a", "text a", 2.0) == first
    assert live.register("tone", "b", "text b", 3.0).number == 1
    assert live.register("tone", "a", "text a", 4.0).number == 2
    assert live.register("other", "b", "text b", 5.0).number == 0
    known = live.designs("tone")
    assert [(one.digest, one.at) for one in known] == [("a", 1.0), ("b", 3.0), ("a", 4.0)]
    assert live.designs("none") == ()


def test_the_state_is_what_happened_last(live: LiveStore) -> None:
    assert live.state("tone") == "running"
    steps = [
        ("started", 1.0, "running"), ("stopped", 2.0, "stopped"), ("blind", 3.0, "stopped"),
        ("resumed", 4.0, "running"), ("stopped", 4.0, "stopped"), ("ended", 5.0, "ended"),
    ]  # fmt: skip
    for number, (kind, at, state) in enumerate(steps):
        live.write([happened(number, kind, at)])
        assert live.state("tone") == state
    assert live.state("other") == "running"
    kinds = [one.kind for one in live.occurrences("tone")]
    assert kinds == ["started", "stopped", "blind", "resumed", "stopped", "ended"]
    assert live.occurrences("tone")[0] == happened(0, "started", 1.0)


def test_names_are_of_what_was_registered_or_exposed(live: LiveStore) -> None:
    assert live.names() == ()
    live.register("planned", "a", "", 1.0)
    live.write([exposure(n, n, experiment=name) for n, name in enumerate(("b", "a", "c", "a"))])
    assert live.names() == ("a", "b", "c", "planned")
