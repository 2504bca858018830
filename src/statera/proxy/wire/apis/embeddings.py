"""OpenAI's embeddings: texts in, numbers out."""

from statera.proxy.wire.api import Api
from statera.proxy.wire.apis.completions import texts
from statera.proxy.wire.fields import (
    each,
    either,
    label,
    number,
    numbers,
    sealed,
    table,
    text,
    with_role,
)
from statera.proxy.wire.openai_errors import ErrorShapes
from statera.proxy.wire.parameters import ABOUT, SAMPLING

REQUEST = table(
    {
        **SAMPLING,
        "dimensions": number,
        "embed_dtype": label,
        "endianness": label,
        "input": with_role("user", either(one=text, many=texts)),
        "input_type": label,
        "normalize": number,
        "task": label,
        "use_activation": number,
    }
)
_embedding = table(
    {"embedding": either(one=sealed, many=numbers), "index": number, "object": label}
)
REPLY = table({**ABOUT, "data": each(_embedding)})

api = Api(
    name="embeddings",
    routes=("/v1/embeddings",),
    request=REQUEST,
    reply=REPLY,
    shapes=ErrorShapes("input"),
)
