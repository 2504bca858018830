"""Which tasks there are: one file each under `builtin`, and other packages' entry points.

A package adds tasks with an entry point whose object is a TaskDefinition:

    [project.entry-points."statera.tasks"]
    support = "ourpackage.support:definition"

There is no list to edit: the file's name (or the entry point's) is the task's name. A module that
has `over` asks another task's questions in its own way: `are_you_sure:gsm8k`.
"""

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules

from statera.errors import DeclarationError, unknown
from statera.tasks import builtin
from statera.tasks.origin import Origin
from statera.tasks.task import TaskDefinition

GROUP = "statera.tasks"
OVER = ":"


def names() -> list[str]:
    """Return the name of every task that can be loaded, sorted; imports none of them."""
    return sorted({*_builtin(), *_external()})


def find(name: str) -> TaskDefinition:
    """Return the task of that name, or raise DeclarationError with the nearest one.

    `OUTER:INNER` is the task OUTER over the questions of INNER.
    """
    outer, mark, inner = name.partition(OVER)
    if mark:
        return over(outer, find(inner))
    if name in _builtin():
        found: TaskDefinition = import_module(f"{builtin.__name__}.{name}").definition
        return found
    if point := _external().get(name):
        return _loaded(point)
    raise unknown("task", name, names())


def over(name: str, inner: TaskDefinition) -> TaskDefinition:
    """Return the task `name` over another task's questions.

    DeclarationError where it has questions of its own only, or cannot ask those of `inner`.
    """
    if name not in _builtin():
        raise unknown("task", name, _going_over())
    going = getattr(import_module(f"{builtin.__name__}.{name}"), "over", None)
    if going is None:
        able = ", ".join(_going_over()) or "none"
        raise DeclarationError(
            f"task '{name}' asks its own questions only, not those of '{inner.name}'. "
            f"Over another task's go: {able}"
        )
    found: TaskDefinition = going(inner)
    return found


def _going_over() -> list[str]:
    return [n for n in _builtin() if hasattr(import_module(f"{builtin.__name__}.{n}"), "over")]


def origins() -> dict[str, Origin]:
    """Return where the data of each built-in benchmark comes from, by its name."""
    modules = (import_module(f"{builtin.__name__}.{name}") for name in _builtin())
    found = (getattr(module, "origin", None) for module in modules)
    return {origin.name: origin for origin in found if isinstance(origin, Origin)}


def origin(name: str) -> Origin:
    """Return where the data of that benchmark comes from; DeclarationError if it has none."""
    known = origins()
    if name not in known:
        raise unknown("data set", name, known)
    return known[name]


def _builtin() -> list[str]:
    return [module.name for module in iter_modules(builtin.__path__)]


def _external() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _loaded(point: EntryPoint) -> TaskDefinition:
    try:
        found: TaskDefinition = point.load()
    except (ImportError, AttributeError) as error:
        raise DeclarationError(f"task '{point.name}' ({point.value}): {error}") from None
    if not callable(getattr(found, "load", None)):
        raise DeclarationError(f"task '{point.name}' ({point.value}) has no `load`")
    return found
