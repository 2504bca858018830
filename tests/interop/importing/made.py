"""Small logs in the shapes that other tools write, made by hand."""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from statera.interop.importing.imported import Row
from statera.records.requests import Chat, Message
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange

STAMP = "2026-01-02T03-04-05.678901"
Object = dict[str, Any]


def jsonl(path: Path, lines: Iterable[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def document(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def row(
    name: str,
    values: Mapping[str, float | None],
    *,
    epoch: int | None = None,
    outcome: Outcome = "right",
    asked: str = "Why?",
    task: str = "t",
    reply: str | None = "Because.",
    why: str = "",
) -> Row:
    failure = None if reply is not None else Failure(kind="infra", message="reset")
    exchange = Exchange(
        Chat(messages=(Message("user", asked),)), Response(text=reply, failure=failure)
    )
    scores = tuple(
        Score(metric=metric, value=value, outcome=outcome, why=why)
        for metric, value in values.items()
    )
    return Row(f"log, {name}", task, Sample(id=name, input=asked), (exchange,), scores, epoch)


# lm-evaluation-harness


def lm_line(number: int, *, value: float, chosen: str = "strict-match", **more: Any) -> Object:
    """A generation under one filter."""
    return {
        "doc_id": number,
        "doc": {"question": f"What is {number} + 1?", "answer": f"so\n#### {number + 1}"},
        "target": f"so\n#### {number + 1}",
        "arguments": {
            "gen_args_0": {
                "arg_0": f"Q: What is {number} + 1?\nA:",
                "arg_1": {"until": ["Q:"], "do_sample": False, "max_gen_toks": 9},
            }
        },
        "resps": [[f"It is {number + 1}"]],
        "filtered_resps": [str(number + 1) if value else "[invalid]"],
        "filter": chosen,
        "metrics": ["exact_match"],
        "doc_hash": "d",
        "prompt_hash": "p",
        "target_hash": "t",
        "exact_match": value,
    } | more


def lm_choice(number: int, *, right: bool) -> Object:
    """A multiple choice of two by log-likelihood; the second is right."""
    sums = ("-2.5", "-0.5") if right else ("-0.5", "-2.5")
    return {
        "doc_id": number,
        "doc": {"question": f"Which, {number}?", "choices": ["no", "yes"]},
        "target": "1",
        "arguments": {
            f"gen_args_{n}": {"arg_0": f"Which, {number}?\nAnswer:", "arg_1": f" {end}"}
            for n, end in enumerate("AB")
        },
        "resps": [[[total, str(n == right)]] for n, total in enumerate(sums)],
        "filtered_resps": [[total, str(n == right)] for n, total in enumerate(sums)],
        "filter": "none",
        "metrics": ["acc", "acc_norm", "likelihood"],
        "acc": float(right),
        "acc_norm": float(right),
        "likelihood": [-0.5, 3],
    }


def lm_results(**more: Any) -> Object:
    config = {"output_type": "generate_until", "num_fewshot": 3, "doc_to_text": "Q: {{question}}"}
    return {
        "results": {"sums": {"exact_match,strict-match": 0.5}},
        "groups": {},
        "group_subtasks": {},
        "configs": {"sums": config},
        "versions": {"sums": 3.0},
        "higher_is_better": {"sums": {"exact_match": True}},
        "config": {
            "model": "local-completions",
            "model_args": {"model": "m-1", "api_key": "sk-secret-secret"},
            "gen_kwargs": {"temperature": 0.5},
        },
        "date": 1_700_000_000.5,
        "lm_eval_version": "0.4.13",
        "model_name": "m-1",
        "system_instruction": "Be brief.",
        "chat_template": None,
    } | more


def lm_folder(folder: Path, values: Iterable[float] = (1, 0, 1, 0), **more: Any) -> Path:
    """A folder with one task under two filters; the flexible one always reads its answer."""
    several = list(values)
    strict = [lm_line(n, value=v) for n, v in enumerate(several)]
    loose = [
        lm_line(n, value=1.0, chosen="flexible-extract", filtered_resps=[str(n + 1)])
        for n in range(len(several))
    ]
    document(folder / f"results_{STAMP}.json", lm_results(**more))
    jsonl(folder / f"samples_sums_{STAMP}.jsonl", strict + loose)
    return folder


def lm_group(folder: Path) -> Path:
    """A folder with a group of two tasks by log-likelihood."""
    config = {"output_type": "multiple_choice", "num_fewshot": 0}
    results = lm_results(
        groups={"big": {"acc,none": 0.5}},
        group_subtasks={"big": ["big_one", "big_two"]},
        configs={"big_one": config, "big_two": config},
        versions={"big": 1, "big_one": 1, "big_two": 1},
    )
    document(folder / f"results_{STAMP}.json", results)
    for name, right in (("big_one", True), ("big_two", False)):
        lines = [lm_choice(n, right=right or n == 0) for n in range(3)]
        jsonl(folder / f"samples_{name}_{STAMP}.jsonl", lines)
    return folder


# Inspect


def inspect_sample(name: int | str, *, epoch: int = 1, value: Any = "C", **more: Any) -> Object:
    """A sample with one scorer; its reply is 42."""
    asked = {"role": "user", "content": f"What, {name}?"}
    said = {"role": "assistant", "content": "42"}
    return {
        "id": name,
        "epoch": epoch,
        "input": f"What, {name}?",
        "target": "42",
        "messages": [{"role": "system", "content": "Be brief."}, asked, said],
        "output": {
            "model": "m-2-served",
            "choices": [{"message": said, "stop_reason": "stop"}],
            "completion": "42",
            "usage": {"input_tokens": 9, "output_tokens": 1, "total_tokens": 10},
        },
        "scores": {"match": {"value": value, "answer": "42", "explanation": "it said so"}},
        "metadata": {"category": "odd"},
        "started_at": "2026-01-02T03:04:05+00:00",
        "working_time": 0.5,
    } | more


def stopped(reason: str, reply: str = "42") -> Object:
    """The part of a sample that says why its reply ended."""
    said = {"role": "assistant", "content": reply}
    return {"output": {"choices": [{"message": said, "stop_reason": reason}], "completion": reply}}


def inspect_header(**more: Any) -> Object:
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "created": "2026-01-02T03:04:05+00:00",
            "task": "group/answers",
            "task_version": 7,
            "dataset": {"sample_ids": ["b", "a"]},
            "model": "openai/m-2",
            "model_args": {"api_key": "sk-secret-secret"},
            "model_generate_config": {"max_tokens": 40, "temperature": 0.5},
            "packages": {"inspect_ai": "0.3.285"},
            "scorers": [{"name": "match", "options": {}}],
        },
        "plan": {
            "steps": [
                {"solver": "system_message", "params": {"template": "Be brief."}},
                {"solver": "generate", "params": {}},
            ]
        },
    } | more


def inspect_json(path: Path, samples: Iterable[Object], **more: Any) -> Path:
    return document(path, inspect_header(**more) | {"samples": list(samples)})


def inspect_eval(path: Path, samples: Iterable[Object], *, header: bool = True) -> Path:
    """A `.eval` file as older versions of Inspect packed it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for one in samples:
            parts.writestr(f"samples/{one['id']}_epoch_{one['epoch']}.json", json.dumps(one))
        if header:
            parts.writestr("header.json", json.dumps(inspect_header()))
    return path


def zip_of(path: Path, parts: Mapping[str, tuple[bytes, bytes]], *, method: int) -> Path:
    """A zip file of (packed, plain) parts, written field by field (APPNOTE 6.3.8, section 4.3)."""
    body, listing = b"", b""
    for name, (packed, plain) in parts.items():
        sizes = (zlib.crc32(plain), len(packed), len(plain), len(name), 0)
        common = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0, *sizes)
        listing += b"PK\1\2" + struct.pack("<H", 20) + common
        listing += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\3\4" + common + name.encode() + packed
    count = len(parts)
    tail = struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), len(body), 0)
    path.write_bytes(body + listing + b"PK\5\6" + tail)
    return path


# promptfoo


def promptfoo_result(number: int, *, passed: bool, prompt: int = 0, **more: Any) -> Object:
    case = {"vars": {"n": number}, "assert": [{"type": "contains", "value": "{{n}}"}]}
    return {
        "success": passed,
        "score": 1 if passed else 0.25,
        "failureReason": 0 if passed else 1,
        "gradingResult": {
            "pass": passed,
            "score": 1 if passed else 0.25,
            "reason": "All assertions passed" if passed else "Expected output to contain",
            "componentResults": [
                {
                    "assertion": case["assert"][0],  # type: ignore[index]
                    "metadata": {"renderedAssertionValue": str(number)},
                }
            ],
        },
        "namedScores": {"tone": 0.5},
        "latencyMs": 120,
        "cost": 0.001,
        "prompt": {"raw": f"Say {number}, {prompt}", "label": f"prompt {prompt}"},
        "promptIdx": prompt,
        "provider": {"id": "openai:chat:m-3", "label": ""},
        "response": {
            "output": f"I say {number}",
            "tokenUsage": {"prompt": 5, "completion": 3},
            "finishReason": "stop",
        },
        "testCase": case,
        "testIdx": number,
        "vars": {"n": number},
    } | more


def promptfoo_error(number: int, *, prompt: int = 0) -> Object:
    """A test that got no answer."""
    failed: Object = {
        "error": "API call error: reset\n  at somewhere",
        "failureReason": 2,
        "gradingResult": None,
        "namedScores": {},
        "score": 0,
        "response": {"error": "API call error: reset"},
    }
    return promptfoo_result(number, passed=False, prompt=prompt, **failed)


def promptfoo_json(path: Path, results: Iterable[Object]) -> Path:
    provider = {
        "id": "openai:chat:m-3",
        "config": {"apiKey": "[REDACTED]", "max_tokens": 30, "temperature": 0},
    }
    return document(
        path,
        {
            "evalId": "eval-1",
            "results": {
                "version": 3,
                "timestamp": "2026-01-02T03:04:05.000Z",
                "results": list(results),
            },
            "config": {"description": "say it", "providers": [provider]},
            "metadata": {"promptfooVersion": "0.123.1"},
        },
    )


# OpenAI evals


def evals_lines() -> list[Object]:
    """A log of four samples: right, wrong, right by a metric alone, failed; mixed up."""
    spec = {
        "completion_fns": ["m-4"],
        "eval_name": "sums.dev.v0",
        "base_eval": "sums",
        "split": "dev",
        "run_config": {"completion_fn_args": {"temperature": 0.5}},
        "created_at": "2026-01-02 03:04:05.678901 UTC",
    }
    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1 + 1?"}]

    def event(name: str, kind: str, data: Object) -> Object:
        return {
            "run_id": "r",
            "event_id": 0,
            "sample_id": name,
            "type": kind,
            "data": data,
            "created_at": "2026-01-02 03:04:06+00:00",
        }

    matched = {"correct": True, "expected": ["2", "two"], "picked": "2", "sampled": "2"}
    return [
        {"spec": spec},
        event("s.0", "sampling", {"prompt": asked, "sampled": ["2"]}),
        event("s.1", "sampling", {"prompt": "1 + 2?", "sampled": ["4"]}),
        event("s.0", "match", matched),
        event("s.1", "match", {"correct": False, "expected": "3", "picked": None}),
        event("s.2", "metrics", {"match": True, "choice": "one of many"}),
        event("s.3", "error", {"type": "Timeout", "message": "no answer in 60 s"}),
        {"final_report": {"accuracy": 0.667}},
    ]
