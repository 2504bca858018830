"""A data folder with a few invented items in the layout of the five benchmarks."""

import gzip
import json
from pathlib import Path
from textwrap import indent
from typing import Any

from statera.records.requests import Request
from statera.records.responses import ContinuationScore, Response
from statera.records.trials import Exchange, Trial
from statera.tasks.data import DataFolder

MMLU = {
    "question": "Which organelle makes most of a cell's ATP?",
    "subject": "high_school_biology",
    "choices": ["ribosome", "mitochondrion", "nucleus", "vacuole"],
    "answer": 1,
}
MMLU_DEV = [
    {
        "question": f" Which number comes after {number}?",
        "subject": subject,
        "choices": ["1", "2", "3", "4"],
        "answer": number,
    }
    for subject in ("high_school_biology", "virology")
    for number in range(3)
]
HELLASWAG = {
    "ind": 1,
    "activity_label": "Washing a car",
    "ctx_a": "A man sprays a red car with a hose.",
    "ctx_b": "then HE",
    "ctx": "A man sprays a red car with a hose. then HE",
    "endings": [
        "scrubs the roof with a yellow sponge.",
        "eats the hose and waves.",
        "is a car on a boat.",
        "paints the wheels with soup.",
    ],
    "source_id": "activitynet~v_1",
    "split": "val",
    "split_type": "indomain",
    "label": "0",
}
WIKIHOW = {
    **HELLASWAG,
    "activity_label": "Home and Garden",
    "ctx_a": "[header] How to sweep [title] Find a broom. [step] Hold it.",
    "ctx_b": "",
    "endings": ["[substeps] Sweep.", "Sing.", "Sleep  and   rest.", " Swim [title] twice."],
    "source_id": "wikihow~1",
    "label": "2",
}
GSM8K = {
    "question": "A hen lays 4 eggs a day. How many dozen eggs do 36 hens lay in 8 days?",
    "answer": "They lay 36*4 = <<36*4=144>>144 a day.\n144*8/12 = <<144*8/12=96>>96\n#### 96",
}
GSM8K_TRAIN = [
    {"question": f"What is {n} and 1,000?", "answer": f"<<{n}+1000={n + 1000}>>It is\n#### 1,00{n}"}
    for n in range(8)
]
HUMANEVAL = {
    "task_id": "HumanEval/0",
    "prompt": "\n\ndef double(number: int) -> int:\n"
    '    """ Return twice the number.\n    >>> double(4)\n    8\n    """\n',
    "entry_point": "double",
    "canonical_solution": "    return 2 * number\n",
    "test": "def check(candidate):\n    assert candidate(4) == 8\n",
}
MOON = "Can you see the Great Wall of China from the Moon?"
YES = "Yes, it is the only human work that can be seen."
NO = "No, it is far too narrow to be seen from there."
TRUTHFULQA = {
    "question": MOON,
    "mc1_targets": {NO: 1, YES: 0},
    "mc2_targets": {NO: 1, "No human work can be seen.": 1, YES: 0, "Yes, at night.": 0},
}
_CSV = f"""\
Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source
Adversarial,Misconceptions,{MOON} ,No,No; It is too narrow ;No,Yes; Yes at night;,https://example.org
"""


def made(root: Path) -> DataFolder:
    """Return a folder with one or a few items of each benchmark."""
    jsonl(root / "mmlu/test.jsonl.gz", [MMLU])
    jsonl(root / "mmlu/dev.jsonl.gz", MMLU_DEV)
    jsonl(root / "hellaswag/validation.jsonl.gz", [HELLASWAG, WIKIHOW])
    jsonl(root / "gsm8k/test.jsonl", [GSM8K])
    jsonl(root / "gsm8k/train.jsonl.gz", GSM8K_TRAIN)
    jsonl(root / "humaneval/HumanEval.jsonl.gz", [HUMANEVAL])
    place = root / "truthfulqa" / "v1"
    place.mkdir(parents=True)
    (place / "mc_task.json").write_text(json.dumps([TRUTHFULQA]), encoding="utf-8")
    (place / "TruthfulQA.csv").write_text("\ufeff" + _CSV, encoding="utf-8")
    return DataFolder(root)


def jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one object a line, packed when the name ends in `.gz`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def shows(document: str | None, text: str) -> bool:
    """Return True when the docstring has the text as an indented block."""
    return indent(text.strip("\n"), "    ") in (document or "")


def replied(request: Request, response: Response) -> Trial:
    """Return the trial of one exchange."""
    exchange = Exchange(request, response)
    return Trial(task="t", sample_id="s", epoch=0, key="k", exchanges=(exchange,), started=0.0)


def measured(*sums: float) -> Response:
    """Return a response with these log-likelihoods, in nats."""
    parts = (ContinuationScore(logprob=value, greedy=False, tokens=1) for value in sums)
    return Response(likelihoods=tuple(parts))
