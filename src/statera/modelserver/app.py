"""The server's paths: OpenAI's under `/v1`, vLLM's tokenizer paths at the root, and `/health`."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statera.modelserver.chat import chat_completions
from statera.modelserver.completions import completions
from statera.modelserver.refusals import HANDLERS
from statera.modelserver.service import Service, json_answer, service
from statera.modelserver.tokens import detokenize, tokenize, tokenizer_info


def create_app(server: Service) -> Starlette:
    """Return the ASGI application that serves this model."""
    app = Starlette(
        routes=[
            Route("/v1/models", models, methods=["GET"]),
            Route("/v1/models/{name}", model, methods=["GET"]),
            Route("/v1/chat/completions", chat_completions, methods=["POST"]),
            Route("/v1/completions", completions, methods=["POST"]),
            Route("/tokenize", tokenize, methods=["POST"]),
            Route("/detokenize", detokenize, methods=["POST"]),
            Route("/tokenizer_info", tokenizer_info, methods=["GET"]),
            Route("/health", health, methods=["GET"]),
        ],
        exception_handlers=HANDLERS,
    )
    app.state.service = server
    app.state.began = int(server.clock.now())
    return app


async def models(request: Request) -> Response:
    """List the one model."""
    return json_answer({"object": "list", "data": [_card(request)]})


async def model(request: Request) -> Response:
    """Describe the model; 404 for any other name."""
    service(request).expect(request.path_params["name"])
    return json_answer(_card(request))


async def health(_: Request) -> Response:
    """Say that the server is up."""
    return json_answer({"status": "ok"})


def _card(request: Request) -> dict[str, object]:
    server = service(request)
    return {
        "id": server.name,
        "object": "model",
        "created": request.app.state.began,
        "owned_by": "statera",
        "max_model_len": server.loaded.llama.context,
    }
