"""`/tokenize`, `/detokenize` and `/tokenizer_info`, in vLLM's shapes.

With them a client needs no tokenizer of its own: lm-evaluation-harness, for one, takes them with
`tokenizer_backend=remote`. A special token's name in a text is that token.
"""

from starlette.requests import Request
from starlette.responses import Response

from statera.models.llama import Llama
from statera.modelserver.bodies import DetokenizeBody, TokenizeBody
from statera.modelserver.chat import conversation_tokens
from statera.modelserver.completions import known_tokens
from statera.modelserver.legacy import token_name
from statera.modelserver.refusals import Refusal, read
from statera.modelserver.service import Service, json_answer, service


async def tokenize(request: Request) -> Response:
    """Turn a text, or a conversation, into token ids."""
    server = service(request)
    body = read(await request.body(), TokenizeBody)
    server.expect(body.model)
    tokens = _tokens(server, body)
    names = [token_name(server.loaded.llama, t) for t in tokens] if body.return_token_strs else None
    return json_answer(
        {
            "count": len(tokens),
            "max_model_len": server.loaded.llama.context,
            "tokens": tokens,
            "token_strs": names,
        }
    )


def _tokens(server: Service, body: TokenizeBody) -> list[int]:
    if body.prompt is not None and body.messages is None:
        return server.loaded.llama.tokenize(body.prompt, bos=body.add_special_tokens)
    if body.messages is not None and body.prompt is None:
        return conversation_tokens(
            server, body.messages, add_generation_prompt=body.add_generation_prompt
        )
    raise Refusal("give either 'prompt' or 'messages'", param="prompt", code="invalid_value")


async def detokenize(request: Request) -> Response:
    """Turn token ids into text."""
    server = service(request)
    body = read(await request.body(), DetokenizeBody)
    server.expect(body.model)
    tokens = known_tokens(server, body.tokens, "tokens") if body.tokens else []
    return json_answer({"prompt": server.loaded.llama.detokenize(tokens)})


async def tokenizer_info(request: Request) -> Response:
    """Say which tokens begin and end a text, and the chat template."""
    loaded = service(request).loaded
    special = loaded.llama.special
    return json_answer(
        {
            "tokenizer_class": "llama.cpp",
            "model_max_length": loaded.llama.context,
            "add_bos_token": special.add_bos,
            "bos_token": _name(loaded.llama, special.bos),
            "eos_token": _name(loaded.llama, special.eos),
            "chat_template": loaded.llama.template,
        }
    )


def _name(llama: Llama, token: int) -> str | None:
    return token_name(llama, token) if token >= 0 else None
