"""Which kinds of detectors there are: one file each under `detectors`, and other packages' own.

    [project.entry-points."statera.detectors"]
    ours = "ourpackage.ours"                       # a module with `Settings` and `detector`

There is no list to edit: the file's name (or the entry point's) is what `use:` says.
"""

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from typing import Any, Protocol

import msgspec

from statera.errors import DeclarationError, unknown
from statera.guard import detectors
from statera.guard.checking import AnyDetector
from statera.guard.tools import Tools

GROUP = "statera.detectors"


class Kind(Protocol):
    """A module that makes detectors: its settings, read strictly from `with`, and how."""

    @property
    def Settings(self) -> type[msgspec.Struct]: ...  # noqa: D102
    def detector(self, settings: Any, tools: Tools) -> AnyDetector: ...  # noqa: D102


def names() -> list[str]:
    """Return the name of every kind, sorted; imports none of them."""
    return sorted({*_builtin(), *_external()})


def find(name: str) -> Kind:
    """Return the kind of that name; DeclarationError with the nearest one."""
    if name in _builtin():
        found: Kind = import_module(f"{detectors.__name__}.{name}")
        return found
    if point := _external().get(name):
        return _loaded(point)
    raise unknown("kind of detector", name, names())


def _builtin() -> list[str]:
    return [module.name for module in iter_modules(detectors.__path__)]


def _external() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _loaded(point: EntryPoint) -> Kind:
    try:
        found: Kind = point.load()
    except (ImportError, AttributeError) as error:
        raise DeclarationError(f"detector '{point.name}' ({point.value}): {error}") from None
    for name in ("Settings", "detector"):
        if not hasattr(found, name):
            raise DeclarationError(f"detector '{point.name}' ({point.value}) has no `{name}`")
    return found
