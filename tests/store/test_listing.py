import pytest

from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.store.made import spec


def _open(store: RunStore, seed: int, now: float, tag: str | None = None) -> RunInfo:
    return store.open_run(spec(seed=seed), tag=tag, environment={}, now=now)


def test_a_run_is_called_by_the_digest_of_its_spec(store: RunStore) -> None:
    run = _open(store, 1, 1.0)
    assert run.id == digest(spec(seed=1))
    assert store.find(run.id) == run
    assert store.find(run.id[:6]) == run


def test_the_latest_is_the_one_worked_on_last(store: RunStore) -> None:
    old, new = _open(store, 1, 10.0), _open(store, 2, 20.0)
    assert [run.id for run in store.runs()] == [new.id, old.id]
    assert store.find("latest").id == new.id
    _open(store, 1, 30.0)
    assert store.find("latest").id == old.id
    assert store.latest("five").id == old.id


def test_a_tag_names_the_run_that_got_it_last(store: RunStore) -> None:
    first, second = _open(store, 1, 10.0, "released"), _open(store, 2, 20.0, "released")
    assert store.find("released").id == second.id
    _open(store, 1, 5.0, "released")
    assert store.find("released").id == first.id
    assert store.latest("five", tag="released").id == first.id
    assert store.find(second.id).tags == ("released",)


def test_a_tag_is_looked_for_within_its_suite(store: RunStore) -> None:
    ours = store.open_run(spec(suite="a"), tag="released", environment={}, now=1.0)
    theirs = store.open_run(spec(suite="b"), tag="released", environment={}, now=2.0)
    assert store.latest("a", tag="released").id == ours.id
    assert store.latest("b").id == theirs.id


def test_a_tag_outranks_a_prefix(store: RunStore) -> None:
    first = _open(store, 1, 1.0)
    second = _open(store, 2, 2.0, first.id[:4])
    assert store.find(first.id[:4]).id == second.id


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("relaesed", r"unknown run 'relaesed'\. Did you mean 'released'\? Allowed: .*latest"),
        ("", "unknown run ''"),
        ("zzzz", "unknown run 'zzzz'"),
    ],
)
def test_an_unknown_name_lists_the_candidates(store: RunStore, name: str, message: str) -> None:
    _open(store, 1, 1.0, "released")
    with pytest.raises(DeclarationError, match=message):
        store.find(name)


def test_an_ambiguous_prefix_lists_the_candidates(store: RunStore) -> None:
    ids: dict[str, list[str]] = {}
    for seed in range(17):
        run = _open(store, seed, float(seed))
        ids.setdefault(run.id[0], []).append(run.id)
    prefix, fitting = next((key, found) for key, found in ids.items() if len(found) > 1)
    with pytest.raises(DeclarationError, match=f"run '{prefix}' is ambiguous: ") as caught:
        store.find(prefix)
    assert all(run[:12] in str(caught.value) for run in fitting)


def test_an_empty_store_says_so(store: RunStore) -> None:
    with pytest.raises(DeclarationError, match="no run 'latest': the store is empty"):
        store.find("latest")


def test_a_suite_without_such_a_run(store: RunStore) -> None:
    with pytest.raises(DeclarationError, match=r"no run of suite 'five'$"):
        store.latest("five")
    _open(store, 1, 1.0, "candidate")
    with pytest.raises(DeclarationError, match=r"with tag 'released'\. Its tags: candidate"):
        store.latest("five", tag="released")
