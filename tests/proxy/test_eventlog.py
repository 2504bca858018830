import json
import os
import time
from pathlib import Path

from statera.proxy.eventlog import EventLog


def test_lines_are_written_in_order(tmp_path: Path) -> None:
    file = tmp_path / "events"
    fd = os.open(file, os.O_WRONLY | os.O_CREAT)
    log = EventLog(fd)
    for number in range(500):
        log.put(b"%d\n" % number)
    log.close()
    os.close(fd)
    assert file.read_text().split() == [str(number) for number in range(500)]
    assert log.dropped == 0


def test_what_cannot_be_written_is_counted_and_told() -> None:
    reader, writer = os.pipe()
    log = EventLog(writer, most=100_000)
    line = b"x" * 999 + b"\n"
    began = time.monotonic()
    for _ in range(1000):
        log.put(line)
    assert time.monotonic() - began < 5, "nobody waits for the reader"
    assert log.dropped > 0
    found = b""
    while b"dropped" not in found:
        found += os.read(reader, 65536)
        log.put(b"{}\n")
    log.close()
    os.close(writer)
    while part := os.read(reader, 65536):
        found += part
    os.close(reader)
    told = [json.loads(line) for line in found.splitlines() if b"dropped" in line]
    assert sum(one["count"] for one in told) == log.dropped


def test_a_reader_that_is_gone_stops_nobody() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    log = EventLog(writer)
    log.put(b"a\n")
    until = time.monotonic() + 5
    while not log.dropped and time.monotonic() < until:
        time.sleep(0.01)
    log.put(b"b\n")
    assert log.dropped == 2
    log.close()
    os.close(writer)


def test_several_processes_share_a_lock(tmp_path: Path) -> None:
    fd = os.open(tmp_path / "events", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    locks = [os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2)]
    logs = [EventLog(fd, lock=lock) for lock in locks]
    for number in range(300):
        logs[number % 2].put(b"%d" % (number % 2) * 300 + b"\n")
    for log in logs:
        log.close()
    lines = (tmp_path / "events").read_bytes().splitlines()
    assert {bytes(line) for line in lines} == {b"0" * 300, b"1" * 300}
    for one in (fd, *locks):
        os.close(one)


def test_a_line_is_made_when_it_is_written_and_one_that_cannot_be_is_told_of(
    tmp_path: Path,
) -> None:
    file = tmp_path / "events"
    fd = os.open(file, os.O_WRONLY | os.O_CREAT)
    log = EventLog(fd)
    log.put(b"1\n")
    log.later(10, lambda: b"%d\n" % (2 // 1))
    log.later(10, lambda: b"%d\n" % (2 // len("")))
    log.put(b"3\n")
    log.close()
    os.close(fd)
    lines = file.read_text().splitlines()
    assert lines == ["1", "2", "3", '{"event":"dropped","count":1}']
    assert log.dropped == 1
