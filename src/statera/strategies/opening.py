"""From what a user types to a system under test: a model, or a model behind a guard.

```yaml
# guarded.yaml
guard: policy.yaml          # a policy, or the name of one that ships
model: embedded             # whatever `--model` takes: URL#NAME, scripted:FILE, a model file
```

    model = open_model("guarded.yaml")

Any model file becomes one behind a guard by a line `guard: policy.yaml`. Paths are relative to it.
"""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from statera.codec.files import YAML, read_text
from statera.codec.strict import convert, from_yaml
from statera.errors import DeclarationError, unknown
from statera.models import opening
from statera.models.clock import SystemClock
from statera.models.modelfile import CallSettings, ModelFile, target_of
from statera.protocols import Model

GUARD = "guard"
_FIELDS = ("model", *ModelFile.__struct_fields__)


class GuardedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model behind a guard: the policy, and what is behind it."""

    guard: str
    model: str


def open_model(
    text: str,
    *,
    settings: CallSettings | None = None,
    base_url: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Model:
    """Return the model that `text` names, behind its guard where its file has one.

    As `statera.models.opening.open_model` otherwise. DeclarationError for what is no model, or no
    policy, in one line.
    """
    document = guarded_document(text)
    if document is None:
        _check_slips(text)
        return opening.open_model(text, settings=settings, base_url=base_url, environ=environ)
    path = Path(text.strip()).expanduser()
    if "model" not in document and "url" in document:
        guard = convert(document[GUARD], str, source=f"{path}: `{GUARD}`")
        stated = {name: value for name, value in document.items() if name != GUARD}
        file = convert(stated, ModelFile, source=str(path))
        target = target_of(file, path, os.environ if environ is None else environ, settings)
        return _guarded(opening.open_http(opening.named(target)), _beside(path, guard))
    both = convert(document, GuardedFile, source=str(path))
    inner = _beside(path, both.model)
    if guarded_document(inner) is not None:
        raise DeclarationError(f"{path}: `model` is behind a guard itself: {both.model}")
    model = opening.open_model(inner, settings=settings, base_url=base_url, environ=environ)
    return _guarded(model, _beside(path, both.guard))


def _guarded(model: Model, policy: str) -> Model:
    """Return the model behind the policy.

    The guard is loaded here, when one is needed: it would add 0.2 s to the start of every run.
    """
    policies = import_module("statera.strategies.policies")
    guarded = import_module("statera.strategies.guarded")
    clock = SystemClock()
    found: Model = guarded.Guarded(model, policies.open_policy(policy, clock=clock), clock)
    return found


def _check_slips(text: str) -> None:
    """Raise DeclarationError for a model file with a field that is nearly `guard`."""
    document = _document(text) or {}
    for name in map(str, document):
        allowed = (GUARD, *_FIELDS)
        if name not in allowed and get_close_matches(name, allowed, n=1) == [GUARD]:
            error = unknown("field", name, allowed)
            raise DeclarationError(f"{text.strip()}: {error}")


def guarded_document(text: str) -> dict[str, Any] | None:
    """Return what the file says that `text` names, where it puts a guard round a model."""
    document = _document(text)
    return document if document is not None and GUARD in document else None


def _document(text: str) -> dict[str, Any] | None:
    """Return what the YAML file says that `text` names; None where it names none."""
    text = text.strip()
    if not text.lower().endswith(YAML) or "://" in text:
        return None
    path = Path(text).expanduser()
    if not path.is_file():
        return None
    document: Any = from_yaml(read_text(path), Any, source=str(path))
    return document if isinstance(document, dict) else None


def _beside(file: Path, name: str) -> str:
    """Return the name with a path in it that is relative to the file's folder."""
    kind, mark, rest = name.partition(":")
    if mark and kind in ("scripted", "embedded"):
        return f"{kind}:{file.parent / rest}"
    beside = file.parent / name
    return str(beside) if beside.is_file() else name
