"""The classifier that ships, and any other that `statera guard train` wrote.

Its folder holds `model.onnx`, `tokenizer.json`, `card.md` (what it was trained on, and how well it
does) and `manifest.json` with the SHA-256 of each; a file that is not what the manifest says is an
error before anything is read with it.

    classifier = open_classifier()
    classifier.read("You are a waste of space.").scores["toxicity"]
"""

import hashlib
from pathlib import Path

import msgspec

from statera.codec.files import read_bytes
from statera.codec.strict import from_json
from statera.encoders.classifier import MAX_WINDOWS, Classifier
from statera.encoders.runtime import open_session, open_tokenizer
from statera.errors import DeclarationError

FOLDER = Path(__file__).parent / "weights"
MODEL, TOKENIZER, CARD, MANIFEST = "model.onnx", "tokenizer.json", "card.md", "manifest.json"
FILES = (MODEL, TOKENIZER, CARD)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SHA-256 (hexadecimal) of each file of a classifier's folder, by its name."""

    files: dict[str, str]


def open_classifier(path: Path | None = None, *, max_windows: int = MAX_WINDOWS) -> Classifier:
    """Return the classifier in the folder `path`, or the one that ships.

    A text is read in at most `max_windows` >= 1 windows; what lies beyond is said in its reading.
    DeclarationError for a file that is missing or altered, and when `statera[guard]` is absent.
    """
    folder = FOLDER if path is None else path
    digest = verified(folder)
    return Classifier(
        open_session(folder / MODEL),
        open_tokenizer(folder / TOKENIZER),
        digest=digest,
        max_windows=max_windows,
    )


def verified(folder: Path) -> str:
    """Return the digest of the folder's manifest; DeclarationError for a file that differs."""
    place = folder / MANIFEST
    data = read_bytes(place)
    manifest = from_json(data, Manifest, source=str(place))
    for name in FILES:
        if name not in manifest.files:
            raise DeclarationError(f"{place}: names no {name}")
        found, expected = sha256(folder / name), manifest.files[name]
        if found != expected:
            raise DeclarationError(
                f"{folder / name}: SHA-256 is {found}, expected {expected}: the file was altered; "
                "install it again, or train anew"
            )
    return hashlib.sha256(data).hexdigest()


def sha256(file: Path) -> str:
    """Return the hexadecimal SHA-256 of a file; DeclarationError if it cannot be read."""
    return hashlib.sha256(read_bytes(file)).hexdigest()
