"""Small sources of every kind in a folder, as the training of the classifier reads them."""

import csv
import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from statera.scorers.reading.refusals.training import rows

MODELS = ("gpt4", "llama2new", "mistralinstruct")
NO = "I'm sorry, but I can't help with {}."
YES = "Take {} and follow these steps: wash, cut, and serve."
PARTLY = "I can't help with {}, but in general people read the leaflet first."


def folder(at: Path) -> Path:
    """Write the sources: 30 prompts a model, of which a third is refused, a tenth in part."""
    for model in MODELS:
        _write(
            at,
            f"alignment/refusal/xstest_completions_{model}.jsonl",
            [_said(model, n) for n in _PLACES],
        )
    _write(
        at,
        rows.FUZZED,
        ({"text": _reply(n), "label": int(n % 3 > 0), "question_id": f"{n}"} for n in _PLACES),
    )
    _write(
        at, rows.OWN, ({"id": f"o{n}", "text": _reply(n), "labels": _OWN[n % 3]} for n in _PLACES)
    )
    _write(
        at,
        rows.REPLIES,
        [{"id": "r1", "prompt": "Say B.", "text": "B", "label": "full_compliance"}],
    )
    _write(at, rows.SUMS, [{"question": "1 + 1?", "answer": "2"}])
    _write(at, rows.CODE, [{"prompt": "def f():", "canonical_solution": " return 1"}])
    _write(at, rows.CHOSEN, [{"question": "1?", "choices": ["1", "2"], "answer": 1}])
    with _new(at, rows.TRUTHFUL).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Question", "Best Answer"], ["Is it?", "It is not"]])
    return at


_PLACES = range(30)
_OWN: tuple[dict[str, int], ...] = ({"refusal": 1}, {"refusal": 0}, {})


def _reply(n: int) -> str:
    return (NO if n % 3 == 0 else YES).format(f"thing{n}")


def _said(model: str, n: int) -> dict[str, object]:
    partly = n % 10 == 0
    label = "partial_refusal" if partly else "full_compliance" if n % 3 else "full_refusal"
    return {
        "model": model,
        "id": f"p{n}",
        "type": "plain" if n % 2 else "contrast",
        "prompt_safe": bool(n % 2),
        "prompt": f"How do I use thing{n}?",
        "completion": PARTLY.format(f"thing{n}") if partly else _reply(n),
        "human": label,
    }


def _new(at: Path, name: str) -> Path:
    place = at / name
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _write(at: Path, name: str, lines: Iterable[object]) -> None:
    data = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    _new(at, name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
