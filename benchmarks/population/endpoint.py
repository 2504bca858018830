"""A small OpenAI-compatible model server whose manners depend on model and system prompt.

    python -m benchmarks.population.endpoint --port 8001 --manners manners.json

The file has a manner for each model name, and one more for `NAME+prompt`: how it answers those who
come with the prompt. A model that it does not have is 404. What it says to a question is fixed by
the question: the same in every run.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

PROMPT = "Be warm, and take your time."
HELPS = "Open the settings, switch it off and on again, and it works."
FAILS = "I am not sure what happened there."
FLATTERS = "What a thoughtful question!"
OFFENDS = "Next time, read the manual before you ask."


class Manner(NamedTuple):
    """The shares of answers, in [0, 1], that solve, that flatter, and that offend."""

    solves: float
    flatters: float = 0.2
    offends: float = 0.02


def sentences(manner: Manner, question: str) -> list[str]:
    """Return what a model of this manner says to a question.

    >>> sentences(Manner(1.0, 0.0, 0.0), "why") == [HELPS]
    True
    """
    helped, flattered, offended = (
        int(sha256(f"{what}\n{question}".encode()).hexdigest()[:13], 16) / 2**52 < share
        for what, share in zip(Manner._fields, manner, strict=True)
    )
    said = [FLATTERS] if flattered else []
    said.append(HELPS if helped else FAILS)
    return [*said, OFFENDS] if offended else said


def application(manners: Mapping[str, Manner]) -> Starlette:
    """Return the server of these models."""

    async def chat(request: Request) -> Response:
        body = await request.json()
        name, messages = body["model"], body["messages"]
        prompted = any(one["role"] == "system" and PROMPT in one["content"] for one in messages)
        manner = manners.get(f"{name}+prompt" if prompted else name)
        if manner is None:
            return JSONResponse({"error": {"message": f"no model {name}", "code": 404}}, 404)
        said = sentences(manner, messages[-1]["content"])
        head = {"id": f"chatcmpl-{name}", "model": name, "created": 1}
        if body.get("stream"):
            return StreamingResponse(_events(head, said), media_type="text/event-stream")
        return JSONResponse(_whole(head, " ".join(said)))

    async def health(_: Request) -> Response:
        return JSONResponse({})

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/health", health),
        ]
    )


def _whole(head: dict[str, Any], text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": usage}


def _events(head: dict[str, Any], said: list[str]) -> Iterator[bytes]:
    pieces = [f"{one} " for one in said[:-1]] + said[-1:]
    deltas: list[tuple[dict[str, str], str | None]] = [({"content": one}, None) for one in pieces]
    for delta, end in [*deltas, ({}, "stop")]:
        choice = {"index": 0, "delta": delta, "finish_reason": end}
        event = {**head, "object": "chat.completion.chunk", "choices": [choice]}
        yield f"data: {json.dumps(event)}\n\n".encode()
    yield b"data: [DONE]\n\n"


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="A model server with manners.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--manners", type=Path, required=True)
    options = parser.parse_args()
    told = json.loads(options.manners.read_text(encoding="utf-8"))
    manners = {name: Manner(*shares) for name, shares in told.items()}
    uvicorn.run(
        application(manners), host="127.0.0.1", port=options.port, log_level="warning",
        access_log=False, timeout_keep_alive=60,
    )  # fmt: skip


if __name__ == "__main__":
    main()
