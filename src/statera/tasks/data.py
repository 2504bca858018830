"""Where benchmark files lie: a folder that the user names, or the cache of what was downloaded.

Both have the same layout, one sub-folder a benchmark:

    mmlu/test.jsonl.gz   mmlu/dev.jsonl.gz   hellaswag/validation.jsonl.gz
    truthfulqa/v1/TruthfulQA.csv   truthfulqa/v1/mc_task.json
    gsm8k/test.jsonl   gsm8k/train.jsonl.gz   humaneval/HumanEval.jsonl.gz
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self

import platformdirs

from statera.codec.files import read_bytes
from statera.errors import DeclarationError
from statera.tasks.origin import Origin

State = Literal["absent", "verified", "differs"]


@dataclass(frozen=True)
class DataFolder:
    """A folder with one sub-folder a benchmark (`mmlu/test.jsonl.gz`, …)."""

    root: Path | None

    @classmethod
    def at(cls, folder: str | Path | None) -> Self:
        """Return the folder that the user named, else the cache; DeclarationError if it is none."""
        if folder is None:
            return cls(cache_folder())
        if not Path(folder).is_dir():
            raise DeclarationError(f"{folder}: no such folder (--data, STATERA_DATA)")
        return cls(Path(folder))

    def path(self, name: str) -> Path:
        """Return the file, or raise DeclarationError telling how to get it."""
        if self.root is None or not (found := self.root / name).is_file():
            place = f"not in {self.root}" if self.root else "no data folder"
            raise DeclarationError(
                f"{name}: {place}; `statera data pull {name.split('/')[0]}` downloads it, "
                "or name a folder that has it with --data DIR (STATERA_DATA)"
            )
        return found

    def state(self, origin: Origin) -> State:
        """Say whether the benchmark's files are here and are the pinned ones."""
        if self.root is None or not all((self.root / path).is_file() for path in origin.files):
            return "absent"
        same = (
            sha256(read_bytes(self.root / path)).hexdigest() == expected
            for path, expected in origin.files.items()
        )
        return "verified" if all(same) else "differs"


def cache_folder() -> Path:
    """Return where downloads are kept: under `STATERA_CACHE`, else the user's cache folder."""
    named = os.environ.get("STATERA_CACHE")
    return (Path(named) if named else platformdirs.user_cache_path("statera")) / "data"
