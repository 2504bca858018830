"""OpenAI's list of models: nothing is asked, and names come back."""

from statera.proxy.wire.api import Api
from statera.proxy.wire.fields import table
from statera.proxy.wire.labels import listing
from statera.proxy.wire.openai_errors import ErrorShapes

api = Api(
    name="models",
    routes=("/v1/models", "/v1/models/*"),
    request=table({}),
    reply=listing,
    shapes=ErrorShapes(None),
    method="GET",
)
