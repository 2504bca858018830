"""What the measurements are given, from flags and the environment."""

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where things are; what is absent is None, and what needs it is skipped with a reason.

    `server` is a compiled mock endpoint, `peers` a folder with the virtual environments `v-lmeval`
    and `v-inspect`, `shared` a folder with benchmark data, references and the peers' task files.
    `work` is a folder to fill; `rounds` is how often a timing is repeated.
    """

    work: Path
    server: Path | None = None
    peers: Path | None = None
    shared: Path | None = None
    rounds: int = 3
    skipped: list[str] = field(default_factory=list)

    def skip(self, what: str, why: str) -> None:
        """Note something that cannot be measured here."""
        self.skipped.append(f"Skipped: {what}: {why}.")


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that `setting` reads."""
    parser.add_argument("--server", type=Path, help="a compiled mock endpoint; without: our own")
    parser.add_argument("--peers", type=Path, help="folder with v-lmeval and v-inspect")
    parser.add_argument("--rounds", type=int, default=3, help="repeats of each timing")


def setting(options: argparse.Namespace, work: Path) -> Setting:
    """Return the setting; a path that was given must exist."""
    shared = Path(os.environ.get("STATERA_SHARED") or ROOT.parent / "shared")
    for path in (options.server, options.peers):
        if path is not None and not path.exists():
            raise SystemExit(f"{path}: no such file or folder")
    return Setting(
        work=work,
        server=options.server and options.server.resolve(),
        peers=options.peers and options.peers.resolve(),
        shared=shared if shared.is_dir() else None,
        rounds=options.rounds,
    )
