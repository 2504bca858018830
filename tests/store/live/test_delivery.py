from pathlib import Path

import msgspec

from statera.store.live import delivery
from statera.store.live.delivery import batches, deliver
from statera.store.live.opening import LiveStore
from tests.store.live.made import exposure, said, wants


def test_a_segment_is_read_in_batches_from_any_line(tmp_path: Path) -> None:
    segment = tmp_path / "a.spool"
    lines = [f"{number}\n".encode() for number in range(delivery.BATCH + 5)]
    segment.write_bytes(b"".join(lines) + b"torn")
    (first, middle), (rest, end) = batches(segment, 0)
    assert (first, rest) == (lines[: delivery.BATCH], [*lines[delivery.BATCH :], b"torn"])
    assert [part for part, _ in batches(segment, middle)] == [rest]
    assert end == segment.stat().st_size
    assert list(batches(segment, end)) == []


def test_what_is_refused_is_set_aside_and_the_rest_goes_on(live: LiveStore, tmp_path: Path) -> None:
    facts = [said(number, 1) for number in range(50)]
    facts[17] = said(2**63, 1)
    facts[40] = said(2**63 + 1, 1)
    lines = [msgspec.json.encode(fact) + b"\n" for fact in facts]
    lines[3] = b'{"type":"feedback","id":1,"at"'
    aside = tmp_path / "refused.jsonl"
    live.write([exposure(1, 10)])
    told = deliver(live, lines, aside)
    assert (told.shipped, told.refused) == (47, 3)
    entries = [msgspec.json.decode(line) for line in aside.read_bytes().splitlines()]
    assert [entry["line"] for entry in entries] == [
        lines[number].decode().rstrip("\n") for number in (3, 17, 40)
    ]
    assert entries[0]["why"].startswith("no fact: ")
    assert live.write(facts[:17]) == 1
    assert live.units(wants()).outcomes["solved"].number.tolist() == [1]
