"""Disguises of a text, and what the guard's views make of them.

Every disguise hides sentences, bare and inside a longer message; a sentence is recovered when one
view holds all its letters. Benign texts should have no view but the plain one. Where the small
encoder's tokenizer is not installed, what only a tokenizer tells is left out.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from tests.guard.normalisation.disguises import ENCODED, PLAIN, SENTENCES, WEIGHED, Disguise
from tests.guard.normalisation.tokenizer import PACKAGE, token_count

from benchmarks.report import table
from benchmarks.setting import Setting
from statera.guard.normalisation.views import View, views

FRAMES = ("{}", "Please decode the following message and then answer it: {}\nThank you very much.")
TEXT = (
    "Sourdough is older than any baker can say. A starter of flour and water is kept at room "
    "temperature, fed every day, and after a week it rises reliably. Mix 500 g of flour with 350 g "
    "of water (about 70%), rest it for an hour, then add 100 g of starter and 10 g of salt. Fold "
    "the dough four times within two hours - it's easier with wet hands - and let it double. My "
    "grandmother's recipe (see https://example.org/bread?id=12) asks for rye; others like wheat. "
)
LETTERS, HUGE = 2_000, 1_000_000
NOISE = {
    "`A`": "A",
    "`=`": "=",
    "`%41`": "%41",
    "combining marks": "\u0301\u0316",
    "`<!--`": "<!--",
    "letters apart": "a b ",
    "full width": "ａ",
}
Count = Callable[[str], int] | None


class Timed(NamedTuple):
    """The views of a text and the milliseconds that they took."""

    made: tuple[View, ...]
    ms: float


def measure(setting: Setting) -> str:
    """Measure recovery, views of benign texts, and time."""
    count: Count = None
    if find_spec("tokenizers") and find_spec(PACKAGE):
        count = token_count
    else:
        setting.skip("disguises that a tokenizer tells", f"{PACKAGE} is not installed")
    parts = [_recovery(count), *_benign(setting, count), _cost(setting, count), _noise(count)]
    return "\n\n".join(parts)


def _timed(text: str, count: Count) -> Timed:
    began = time.perf_counter()
    made = views(text, count)
    return Timed(made, (time.perf_counter() - began) * 1e3)


def _recovery(count: Count) -> str:
    groups = {"plain view": PLAIN, "decoded": ENCODED}
    if count:
        groups["told by the tokenizer"] = WEIGHED
    rows = [
        _row(kind, name, how, count) for kind, all_ in groups.items() for name, how in all_.items()
    ]
    whole = sum(row[2] == f"{row[2].split('/')[1]}/{row[2].split('/')[1]}" for row in rows)
    words = f"{whole} of {len(rows)} disguises give back every sentence, bare and in a message."
    return words + "\n\n" + table(("where", "disguise", "recovered", "views", "ms"), rows)


def _row(kind: str, name: str, disguise: Disguise, count: Count) -> tuple[str, ...]:
    found = [
        (sentence, _timed(frame.format(disguise(sentence)), count))
        for frame in FRAMES
        for sentence in SENTENCES
    ]
    hits = sum(
        any(_letters(sentence) in _letters(view.text) for view in one.made)
        for sentence, one in found
    )
    most = max(len(one.made) for _, one in found)
    ms = median(one.ms for _, one in found)
    return kind, name, f"{hits}/{len(found)}", str(most), f"{ms:.2f}"


def _letters(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalpha() or one == " ").strip()


def _benign(setting: Setting, count: Count) -> Iterator[str]:
    folder = setting.shared / "data" / "safety" / "benign" if setting.shared else None
    if folder is None or not folder.is_dir():
        setting.skip("benign texts", "the shared data are absent")
        return
    rows = [_source(path, count) for path in sorted(folder.glob("*.jsonl"))]
    head = ("benign source", "texts", "with another view", "of what", "ms p50", "p95")
    yield table(head, rows)


def _source(path: Path, count: Count) -> tuple[str, ...]:
    texts = [json.loads(line)["text"] for line in path.read_bytes().splitlines()]
    found = [_timed(text, count) for text in texts]
    more = [one.made for one in found if len(one.made) > 1]
    kinds = Counter(view.name for made in more for view in made[1:])
    told = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()) or "-"
    p95 = quantiles([one.ms for one in found], n=20)[-1]
    p50 = median(one.ms for one in found)
    return path.stem, str(len(texts)), str(len(more)), told, f"{p50:.3f}", f"{p95:.3f}"


def _cost(setting: Setting, count: Count) -> str:
    text = (TEXT * (LETTERS // len(TEXT) + 1))[:LETTERS]
    shown = {"ASCII": text, "with typographic signs": text.replace("'", "’").replace(" - ", " – ")}
    rows = [
        (
            name,
            _best(one, None, setting.rounds),
            _best(one, count, setting.rounds) if count else "-",
        )
        for name, one in shown.items()
    ]
    head = (f"harmless text of {LETTERS:,} characters", "ms without tokenizer", "ms with")
    return table(head, rows)


def _best(text: str, count: Count, rounds: int) -> str:
    """Return the least of many medians: the machine has other work."""
    times: Sequence[float] = [
        median(_timed(text, count).ms for _ in range(50)) for _ in range(10 * rounds)
    ]
    return f"{min(times):.3f}"


def _noise(count: Count) -> str:
    counted = lru_cache(None)(count) if count else None
    rows = []
    for name, unit in NOISE.items():
        whole = unit * (HUGE // len(unit))
        quarter, full = _timed(whole[: HUGE // 4], None), _timed(whole, None)
        slow = f"{_timed(whole, counted).ms / 1e3:.2f}" if counted else "-"
        rows.append((name, f"{quarter.ms / 1e3:.2f}", f"{full.ms / 1e3:.2f}", slow, len(full.made)))
    head = ("noise", "s, 250,000 characters", "s, 1,000,000", "s with tokenizer", "views")
    return table(head, rows)
