"""Which API answers at which path: every file of `apis` says so itself."""

import pkgutil
from functools import cache
from importlib import import_module

from statera.proxy.wire import apis
from statera.proxy.wire.api import Api


@cache
def known_apis() -> dict[str, Api]:
    """Return the APIs by path."""
    found: dict[str, Api] = {}
    for module in pkgutil.iter_modules(apis.__path__):
        api: Api = import_module(f"{apis.__name__}.{module.name}").api
        found.update(dict.fromkeys(api.routes, api))
    return found


def api_of(path: str) -> Api | None:
    """Return the API that answers at exactly this path, or None."""
    return known_apis().get(path)
