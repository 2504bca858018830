"""Getting benchmark files from their original places; the only file that loads the downloader.

Originals are kept only until they are converted. What is already there and verified is not asked
for again.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pooch

from statera.codec.files import write_bytes
from statera.errors import DeclarationError, EndpointError
from statera.tasks.data import DataFolder
from statera.tasks.origin import Download, Origin


class Progress(Protocol):
    """What is told of a download: `total` bytes (0 if unknown), then how many more came.

    At the end the count is set right with `reset` and one `update`, and `close` is called.
    """

    total: int

    def update(self, n: int) -> None:
        """Take note of `n` more bytes."""

    def reset(self) -> None:
        """Count from 0 again."""

    def close(self) -> None:
        """The file is complete."""


class Puller:
    """Downloads, verifies and converts one benchmark after the other into `folder`.

    `progress` makes a Progress for a file's address. `mirror` is a base address that has the same
    files under their host and path (`MIRROR/raw.githubusercontent.com/…`), for networks that reach
    nothing else; the pinned SHA-256 hold there too.
    """

    def __init__(
        self, folder: Path, *, progress: Callable[[str], Progress], mirror: str | None = None
    ) -> None:
        self._folder = folder
        self._progress = progress
        self._mirror = mirror

    def pull(self, origin: Origin) -> bool:
        """Make the benchmark's files present and verified; return False if they already were.

        DeclarationError if what comes has another SHA-256 than the pinned one; EndpointError if it
        cannot be had.
        """
        if DataFolder(self._folder).state(origin) == "verified":
            return False
        originals = [self._fetched(origin.name, download) for download in origin.downloads]
        contents = [path.read_bytes() for path in originals]
        for name, content in origin.converted(contents).items():
            write_bytes(self._folder / name, content)
        for path in originals:
            path.unlink()
        return True

    def _fetched(self, name: str, download: Download) -> Path:
        pooch.get_logger().setLevel("ERROR")
        url = self._address(download.url)
        try:
            found: str = pooch.retrieve(
                url,
                known_hash=f"sha256:{download.sha256}",
                fname=url.rpartition("/")[2],
                path=self._folder / name / "originals",
                downloader=pooch.HTTPDownloader(
                    progressbar=self._progress(url), chunk_size=65536, timeout=60
                ),
            )
        except ValueError as error:
            raise DeclarationError(f"{url}: refused: {_one_line(error)}") from None
        except OSError as error:
            raise EndpointError(f"{url}: not downloaded: {_one_line(error)}") from None
        return Path(found)

    def _address(self, url: str) -> str:
        if self._mirror is None:
            return url
        parts = urlsplit(url)
        return f"{self._mirror.rstrip('/')}/{parts.netloc}{parts.path}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
