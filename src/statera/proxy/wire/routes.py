"""Which API answers at which path: every file of `apis` says so itself."""

import pkgutil
import re
from functools import cache
from importlib import import_module

from statera.proxy.wire import apis
from statera.proxy.wire.api import Api

_NAME = re.compile(r"[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,127}", re.ASCII)


@cache
def known_apis() -> dict[str, Api]:
    """Return the APIs by path; a path that ends with `/*` stands for one more name."""
    found: dict[str, Api] = {}
    for module in pkgutil.iter_modules(apis.__path__):
        api: Api = import_module(f"{apis.__name__}.{module.name}").api
        found.update(dict.fromkeys(api.routes, api))
    return found


def api_of(path: str) -> Api | None:
    """Return the API that answers at exactly this path, or None."""
    if "*" in path:
        return None
    known = known_apis()
    parent, _, name = path.rpartition("/")
    return known.get(path) or (known.get(f"{parent}/*") if _NAME.fullmatch(name) else None)
