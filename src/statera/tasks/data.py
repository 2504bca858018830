"""Where benchmark files come from: a folder, or the cache of what was downloaded and verified."""

from dataclasses import dataclass
from pathlib import Path

from statera.errors import DeclarationError


@dataclass(frozen=True)
class DataFolder:
    """A folder with one sub-folder a benchmark (`mmlu/test.jsonl.gz`, …)."""

    root: Path | None

    def path(self, name: str) -> Path:
        """Return the file, or raise DeclarationError telling how to get it."""
        if self.root is None or not (found := self.root / name).is_file():
            raise DeclarationError(f"{name}: not in {self.root}; `statera data pull` downloads it")
        return found
