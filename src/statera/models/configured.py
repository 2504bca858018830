"""A model with what its user said of it: prices on every answer, and sampling to go with it.

model = Configured(inside, endpoint, name, prices=PriceList(name=name), sampling={}, body={})
(await model.answer(request)).cost         # US dollars, or None when unknown
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import msgspec

from statera.models.endpoint import Endpoint
from statera.models.limit import StreamingModel
from statera.models.preflight import preflight
from statera.models.prices import PriceList
from statera.protocols import Model
from statera.records.requests import Chat, Complete, Request
from statera.records.responses import Capabilities, Response


class Configured:
    """Wraps the model of an endpoint.

    `sampling` and `body` hold what the model file says (they belong to the system under test, the
    first under the flags); the body's secrets are not in it. `prices` is what an answer costs.
    """

    def __init__(
        self,
        model: StreamingModel,
        endpoint: Endpoint,
        name: str,
        *,
        prices: PriceList,
        sampling: Mapping[str, Any],
        body: Mapping[str, Any],
    ) -> None:
        self._model = model
        self._endpoint = endpoint
        self.name = name
        self.prices = prices
        self.sampling = dict(sampling)
        self.body = dict(body)

    @property
    def identity(self) -> str:
        """The identity of the model inside."""
        return self._model.identity

    async def answer(self, request: Request) -> Response:
        """Return the answer with its cost."""
        return self._priced(await self._model.answer(request))

    async def stream(self, request: Chat | Complete) -> AsyncGenerator[str | Response, None]:
        """Yield the pieces, then the whole Response with its cost."""
        async with aclosing(self._model.stream(request)) as pieces:
            async for piece in pieces:
                yield self._priced(piece) if isinstance(piece, Response) else piece

    async def capabilities(self) -> Capabilities:
        """Ask the model inside."""
        return await self._model.capabilities()

    async def check(self) -> None:
        """Raise DeclarationError when the endpoint, the key or the model name is wrong."""
        await preflight(self._endpoint, self.name)

    async def close(self) -> None:
        """Close the model inside."""
        await self._model.close()

    def _priced(self, response: Response) -> Response:
        cost = self.prices.cost(response.usage)
        return response if cost is None else msgspec.structs.replace(response, cost=cost)


def configured(model: Model) -> Configured | None:
    """Return the endpoint's model, also where something is put round it: what that is `inside`."""
    found: Model | None = model
    while found is not None and not isinstance(found, Configured):
        found = getattr(found, "inside", None)
    return found


def stated_sampling(model: Model) -> dict[str, Any]:
    """Return what a model file says about sampling; empty for any other model."""
    found = configured(model)
    return {} if found is None else dict(found.sampling)


def stated_body(model: Model) -> dict[str, Any]:
    """Return the fields that go with every request, as a record may show them; mostly empty."""
    found = configured(model)
    return {} if found is None else dict(found.body)


def price_list(model: Model) -> PriceList:
    """Return the prices of a model; all unknown where there is no endpoint that sells it."""
    found = configured(model)
    return PriceList() if found is None else found.prices
