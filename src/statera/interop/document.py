"""A run as one JSON document: what was run, every estimate, every trial.

{"schema": 1, "run": {...}, "metrics": [...], "trials": [...]}; a trial is as in the JSON lines.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from statera.interop.jsonl import SCHEMA, line
from statera.interop.measured import Measured
from statera.records.specs import RunInfo
from statera.store.rows import Stored


def document(
    info: RunInfo, stored: Iterable[Stored], metrics: Sequence[Measured]
) -> Iterator[bytes]:
    """Yield the document in pieces; trials are never held together."""
    encode = msgspec.json.Encoder().encode
    yield b'{"schema":%d,"run":%s,"metrics":%s,"trials":[' % (SCHEMA, encode(info), encode(metrics))
    before = b"\n"
    for one in stored:
        yield before + encode(line(one))
        before = b",\n"
    yield b"\n]}\n"
