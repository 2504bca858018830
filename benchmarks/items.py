"""Four-choice items that anybody can make again, and the task file that asks them.

Each question carries a tag `item-000017`, from which the endpoint takes its answer. The right
letter is the endpoint's answer for about 70 of 100 items.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.hashing import hashed, letter, mix

WORDS = [
    "harbour", "lantern", "meadow", "copper", "orchard", "signal", "marble", "canyon", "ribbon",
    "compass", "timber", "velvet", "island", "cactus", "anchor", "mirror", "pepper", "glacier",
    "feather", "saddle",
]  # fmt: skip

TASK = """\
task: items
version: "1"
data: {data}
id: tag
prompt: |-
  {{{{ question }}}}
  {{{{ lettered }}}}
  Reply with one letter.
choices: choices
answer: letter
scorers: [choice]
max_tokens: 16
"""


def tag(number: int) -> str:
    """Return the item's tag."""
    return f"item-{number:06d}"


def gold(number: int) -> str:
    """Return the right letter: what the endpoint says, for about 70 of 100 items."""
    seed = hashed(tag(number))
    said = letter(tag(number))
    if (seed >> 8) % 100 < 70:
        return said
    return "ABCD"[("ABCD".index(said) + 1 + (seed >> 16) % 3) % 4]


def item(number: int) -> dict[str, object]:
    """Return the item as a row of data."""
    seed = hashed(tag(number))
    words = [WORDS[mix(seed + place) % len(WORDS)] for place in range(36)]
    question = (
        f"[{tag(number)}] A clerk lists the {words[0]}, the {words[1]} and the {words[2]}. If the "
        f"{' '.join(words[3:23])} is counted first, which statement about the {words[23]} holds?"
    )
    choices = [f"{' '.join(words[24 + 3 * k : 27 + 3 * k])} {k}" for k in range(4)]
    right = gold(number)
    place = "ABCD".index(right)
    return {
        "id": tag(number), "tag": tag(number), "question": question, "choices": choices,
        "answer": place, "letter": right,
    }  # fmt: skip


def rows(count: int) -> Iterator[dict[str, object]]:
    """Yield the first `count` items."""
    return (item(number) for number in range(count))


def write_data(folder: Path, count: int) -> Path:
    """Write the items as JSON lines, once, and return the file."""
    path = folder / f"items{count}.jsonl"
    if not path.exists():
        path.write_text("".join(json.dumps(row) + "\n" for row in rows(count)), encoding="utf-8")
    return path


def write_task(folder: Path, count: int) -> Path:
    """Write the task file beside its data and return it."""
    data = write_data(folder, count)
    path = folder / f"items{count}.yaml"
    path.write_text(TASK.format(data=data.name), encoding="utf-8")
    return path
