"""Reports of garak and memories of PyRIT, written after their documented shapes."""

import csv
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Object = dict[str, Any]


def garak_attempt(number: int, results: dict[str, list[float | None]], **more: Any) -> Object:
    """Return an attempt of the newer form, with an output for each result."""
    outputs = len(next(iter(results.values()), [None]))
    turn = {"role": "user", "content": {"text": f"Prompt {number}", "lang": "en", "notes": {}}}
    return {
        "entry_type": "attempt",
        "uuid": f"u-{number}",
        "seq": number,
        "status": 2,
        "probe_classname": "encoding.InjectBase64",
        "prompt": {"turns": [turn], "notes": {}},
        "outputs": [{"text": f"Output {place}", "lang": "en"} for place in range(outputs)],
        "detector_results": results,
        "notes": {},
        "goal": "make it decode",
        "intent": None,
        **more,
    }


def garak_eval(passed: int, fails: int, detector: str = "encoding.DecodeMatch") -> Object:
    """Return the row in which garak counts."""
    return {
        "entry_type": "eval",
        "probe": "encoding.InjectBase64",
        "detector": detector,
        "passed": passed,
        "fails": fails,
        "nones": 0,
        "total_evaluated": passed + fails,
    }


def garak_report(
    path: Path, rows: Iterable[Object], *, version: str | None = "0.13.3", end: str = "digest"
) -> Path:
    """Write a report with its rows round the attempts."""
    head = [
        {
            "entry_type": "start_run setup",
            "run.eval_threshold": 0.5,
            "plugins.target_type": "openai.OpenAICompatible",
            "plugins.target_name": "m-1",
        },
        {"entry_type": "init", "garak_version": version, "start_time": "2026-01-02T03:04:05"},
    ]
    last = [{"entry_type": end}] if end else []
    lines = [*(head if version is not None else head[:1]), *rows, *last]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def piece(talk: str, sequence: int, role: str, said: str, **more: Any) -> Object:
    """Return a row of PyRIT's memory."""
    asked = role == "user"
    return {
        "id": f"{talk}-{sequence}",
        "role": role,
        "conversation_id": talk,
        "sequence": sequence,
        "timestamp": "2026-01-02T03:04:05",
        "labels": {},
        "prompt_metadata": {},
        "converter_identifiers": [{"__type__": "Base64Converter"}] if asked else [],
        "prompt_target_identifier": {"__type__": "OpenAIChatTarget"},
        "orchestrator_identifier": {"__type__": "PromptSendingOrchestrator"},
        "original_value_data_type": "text",
        "original_value": said,
        "converted_value_data_type": "text",
        "converted_value": f"<{said}>" if asked else said,
        "response_error": "none",
        **more,
    }


def score(scorer: str, value: str, **more: Any) -> Object:
    """Return a score as a piece of an export holds it."""
    kind = "true_false" if value.lower() in ("true", "false") else "float_scale"
    return {
        "score_value": value,
        "score_type": kind,
        "scorer_class_identifier": {"__type__": scorer},
        **more,
    }


def talk(name: str, said: str, *scores: Object, **more: Any) -> list[Object]:
    """Return a conversation of one request and one reply."""
    return [
        piece(name, 0, "user", f"Ask {name}"),
        piece(name, 1, "assistant", said, scores=list(scores), **more),
    ]


def pyrit_json(path: Path, pieces: Sequence[Object]) -> Path:
    """Write an export as JSON."""
    path.write_text(json.dumps(list(pieces), indent=4))
    return path


def pyrit_csv(path: Path, pieces: Sequence[Object]) -> Path:
    """Write an export as CSV, in which `csv` writes lists and objects as Python does."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(pieces[1]))
        writer.writeheader()
        writer.writerows(pieces)
    return path


def pyrit_sqlite(
    path: Path, pieces: Sequence[Object], scores: Sequence[Object], results: Sequence[Object]
) -> Path:
    """Write the three tables; lists and objects are JSON texts."""
    tables = {"PromptMemoryEntries": pieces, "ScoreEntries": scores, "AttackResultEntries": results}
    with sqlite3.connect(path) as connection:
        for name, rows in tables.items():
            columns = list(dict.fromkeys(key for row in rows for key in row)) or ["id"]
            listed = ", ".join(f'"{column}"' for column in columns)
            connection.execute(f'CREATE TABLE "{name}" ({listed})')
            marks = ", ".join("?" * len(columns))
            connection.executemany(
                f'INSERT INTO "{name}" VALUES ({marks})',
                [[_cell(row.get(column)) for column in columns] for row in rows],
            )
    connection.close()
    return path


def _cell(value: Any) -> Any:
    large = isinstance(value, int) and abs(value) >= 2**63
    return json.dumps(value) if large or isinstance(value, dict | list) else value
