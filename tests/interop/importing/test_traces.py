import json
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.formats import logs
from statera.interop.importing.imported import TraceTerms, Wanted
from statera.interop.importing.intake import take_in
from statera.interop.importing.keeping import Kept
from statera.store.runstore import RunStore
from tests.interop.importing.traces_made import (
    ASKED,
    REFUSED,
    SAID,
    event,
    line,
    notes,
    rows,
    write,
)

KEY = b"key"


def _take(store: Path, *files: Path, tag: str | None = None, **terms: object) -> Kept:
    wanted = Wanted("support", traces=TraceTerms(key=KEY, **terms))  # type: ignore[arg-type]
    (kept,) = take_in(logs(files, wanted), store, tag=tag)
    return kept


def test_the_same_file_again_is_the_same_run_and_new_lines_are_added(tmp_path: Path) -> None:
    file = write(tmp_path / "t.jsonl", line("a"), line("b", finish_reason="length"))
    first = _take(tmp_path / "s", file, tag="live")
    again = _take(tmp_path / "s", file)
    assert (first.new, again.new, first.run == again.run) == (True, False, True)
    more = write(tmp_path / "u.jsonl", line("b"), line("c", error={"type": "timeout"}))
    third = _take(tmp_path / "s", more)
    store = RunStore(tmp_path / "s")
    info = store.find("live")
    assert third.run == info.id
    assert third.notes[-1].startswith("1 requests are new, 2 were there: 3 in the run")
    fates = {one.sample.id: one.scores[0].outcome for one in store.trials(info.id)}
    assert fates == {"a": "right", "b": "truncated", "c": "infra_error"}
    assert info.environment["imported"]["files"] == ["t.jsonl", "u.jsonl"]
    assert info.status == "done"


def test_a_share_is_the_same_whenever_it_is_read(tmp_path: Path) -> None:
    half = [line(f"r{at}") for at in range(400)]
    whole, part = write(tmp_path / "w.jsonl", *half), write(tmp_path / "p.jsonl", *half[200:])
    kept = {row.sample.id for row in rows(whole, share=0.3, seed=7)}
    late = {row.sample.id for row in rows(part, share=0.3, seed=7)}
    assert late == {name for name in kept if int(name[1:]) >= 200}
    assert 80 < len(kept) < 160
    assert kept < {row.sample.id for row in rows(whole, share=0.6, seed=7)}
    assert any(
        "a share of 0.3 (seed 7) of 400 requests" in one for one in notes(whole, share=0.3, seed=7)
    )


def test_segments_users_and_fields(tmp_path: Path) -> None:
    file = write(
        tmp_path / "t.jsonl",
        line("a", user="anna", metadata={"country": "de"}, plan="free", version="2", seconds=1.5),
        line("b", user="anna", metadata={"country": "fr"}),
        line("c"),
    )
    a, b, c = rows(file, segments=(("country", "metadata.country"), ("plan", "plan")), key=KEY)
    assert (a.sample.category, a.sample.fields["segments"]) == (
        "de",
        {"country": "de", "plan": "free"},
    )
    assert a.sample.cluster == b.sample.cluster
    assert c.sample.cluster is None
    assert (a.sample.fields["version"], a.sample.fields["seconds"]) == ("2", 1.5)
    other = rows(file, unit="metadata.country", key=KEY)
    assert other[0].sample.cluster != other[1].sample.cluster
    assert rows(file, key=b"another")[0].sample.cluster != a.sample.cluster
    assert "anna" not in repr(rows(file)[0].sample)
    with pytest.raises(
        DeclarationError, match=r"segment plan=plam: no request has that field\. Did"
    ):
        rows(file, segments=(("plan", "plam"),))


def test_refusals_and_cleaning_are_handed_in(tmp_path: Path) -> None:
    file = write(tmp_path / "t.jsonl", line("a", response=REFUSED), line("b", response="  "))
    told: list[tuple[str | None, str]] = []

    def refuses(response: object, asked: str) -> bool:
        told.append((getattr(response, "text", None), asked))
        return True

    a, b = rows(file, refuses=refuses, clean=str.upper)
    assert (a.scores[0].outcome, b.scores[0].outcome) == ("refused", "unparsed")
    assert told == [(REFUSED.upper(), ASKED.upper())]
    assert a.sample.input == ASKED.upper()


def test_hashed_texts_leave_what_a_diagnosis_needs(tmp_path: Path) -> None:
    file = write(tmp_path / "t.jsonl", line("a", country="de", time=1_772_323_200))
    kept = _take(tmp_path / "s", file, content="hashed", segments=(("country", "country"),))
    (stored,) = RunStore(tmp_path / "s").trials(kept.run)
    assert not [text for text in (ASKED, SAID) if text in repr(stored)]
    assert stored.sample.fields["segments"] == {"country": "de"}
    assert stored.sample.fields["time"] == 1_772_323_200


def test_broken_lines_are_told_and_nothing_is_kept(tmp_path: Path) -> None:
    file = write(tmp_path / "t.jsonl", line("a"), '{"id": "b", "messages": 3}\n')
    with pytest.raises(DeclarationError, match=r"t\.jsonl, line 2: 'messages' is no list"):
        _take(tmp_path / "s", file)
    assert not (tmp_path / "s").exists()
    with pytest.raises(
        DeclarationError, match=r"t\.jsonl, line 1: is not a guard's event, .* has x"
    ):
        rows(write(file, {"x": 1}))
    with pytest.raises(DeclarationError, match=r"t\.jsonl, line 2:"):
        rows(write(file, line("a"), "{broken\n", line("b")))


def test_a_line_that_is_being_written_is_left_for_next_time(tmp_path: Path) -> None:
    file = write(tmp_path / "t.jsonl", line("a"), '{"id": "b", "mess')
    assert [row.sample.id for row in rows(file)] == ["a"]
    assert any("line 2: not written to its end yet" in one for one in notes(file))


def test_kinds_may_be_mixed_and_ids_count_once(tmp_path: Path) -> None:
    file = write(
        tmp_path / "t.jsonl",
        event("d", "request", texts=[("user", ASKED)]),
        line("a"),
        event("d", "response", texts=[("assistant", SAID)]),
        line("a", response="again"),
    )
    assert [row.sample.id for row in rows(file)] == ["a", "d"]
    assert any("1 request there twice" in one for one in notes(file))


def test_what_the_log_cannot_tell(tmp_path: Path) -> None:
    quiet = write(
        tmp_path / "q.jsonl", event("d", "request"), event("d", "response", content="none")
    )
    kept = _take(tmp_path / "s", quiet, refuses=lambda response, asked: False)
    assert kept.blind == ("truncated", "refused")
    loud = write(tmp_path / "l.jsonl", line("a", finish_reason="length"))
    both = _take(tmp_path / "s", loud, refuses=lambda response, asked: False)
    assert both.blind == ()
    info = RunStore(tmp_path / "s").find(both.run)
    assert info.environment["imported"]["blind"] == []
    assert json.dumps(info.environment["metrics"]).count("answered") == 1
