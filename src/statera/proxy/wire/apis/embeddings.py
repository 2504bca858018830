"""OpenAI's embeddings: texts in, numbers out."""

from statera.proxy.wire.api import Api
from statera.proxy.wire.apis.completions import texts
from statera.proxy.wire.fields import (
    each,
    either,
    number,
    numbers,
    table,
    text,
    with_role,
)
from statera.proxy.wire.labels import sealed, term
from statera.proxy.wire.openai_errors import ErrorShapes
from statera.proxy.wire.parameters import ABOUT, SAMPLING

REQUEST = table(
    {
        **SAMPLING,
        "dimensions": number,
        "embed_dtype": term,
        "endianness": term,
        "input": with_role("user", either(one=text, many=texts)),
        "input_type": term,
        "normalize": number,
        "task": term,
        "use_activation": number,
    }
)
_embedding = table({"embedding": either(one=sealed, many=numbers), "index": number, "object": term})
REPLY = table({**ABOUT, "data": each(_embedding)})

api = Api(
    name="embeddings",
    routes=("/v1/embeddings",),
    request=REQUEST,
    reply=REPLY,
    shapes=ErrorShapes("input"),
)
