"""What reading live traffic needs beside the files: the key of users, the reading of refusals.

terms = trace_terms(segments=["country=metadata.country"], store=".statera", share=0.1)
take_in(logs([Path("events.jsonl")], Wanted("support", traces=terms), form="traces"), ".statera")
"""

from collections.abc import Sequence
from pathlib import Path
from secrets import token_bytes

from statera.api.redaction import Redaction
from statera.codec.files import read_bytes, write_once
from statera.errors import DeclarationError
from statera.interop.importing.imported import TraceTerms, plain_name
from statera.records.contents import Content
from statera.records.responses import Response
from statera.scorers.refusal import refused
from statera.store.sealing import check_key

KEY_FILE = "units.key"
"""In the store's folder: without it no user is found by name, and none linked to new traffic."""
_RESERVED = ("model", "version", "run")


def trace_terms(  # noqa: PLR0913  # one a flag
    *,
    store: str | Path,
    segments: Sequence[str] = (),
    unit: str | None = None,
    share: float = 1.0,
    seed: int = 0,
    redacted: bool = False,
    content: Content = "full",
    key: str | None = None,
) -> TraceTerms:
    """Return how traffic is read into a store.

    `segments` are `NAME=FIELD`, or `FIELD` alone. `key` is the text under which users are hashed;
    without it a random one is made once and kept in the store's folder, readable by its owner
    alone. DeclarationError for a segment without name or field, or a share outside (0, 1].
    """
    if not 0 < share <= 1:
        raise DeclarationError(f"--share {share:g}: a share above 0, and at most 1")
    if content == "encrypted":
        check_key()
    return TraceTerms(
        segments=tuple(_segments(segments)),
        unit=unit,
        share=share,
        seed=seed,
        key=key.encode() if key else _kept_key(Path(store)),
        refuses=reads_refusal,
        clean=Redaction() if redacted else None,
        content=content,
    )


def reads_refusal(response: Response, asked: str) -> bool:
    """Return whether a reply surely refuses what was asked, as the refusal classifier reads it."""
    return refused(response, asked) is not None


def _segments(declared: Sequence[str]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for text in declared:
        name, _, field = text.partition("=")
        name, field = name.strip(), (field or name).strip()
        if not name or plain_name(name) != name or name in _RESERVED or name in found:
            taken = f"a name of letters, digits and `_.-`, once, and none of {', '.join(_RESERVED)}"
            raise DeclarationError(f"--segment {text}: NAME=FIELD, with {taken}")
        found[name] = field
    return list(found.items())


def _kept_key(folder: Path) -> bytes:
    folder.mkdir(parents=True, exist_ok=True)
    write_once(folder / KEY_FILE, token_bytes(32))
    return read_bytes(folder / KEY_FILE)
