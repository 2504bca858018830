"""The least that an aiohttp client can do: send the same bodies, decode the answers, keep nothing.

python -m benchmarks.rawloop URL ITEMS.jsonl CONCURRENCY
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import uvloop


class Message(msgspec.Struct):
    """The message of a choice."""

    content: str | None = None


class Choice(msgspec.Struct):
    """A choice of the answer."""

    message: Message


class Reply(msgspec.Struct):
    """What is read of an answer."""

    choices: list[Choice]


def body(row: dict[str, Any], seed: int) -> dict[str, object]:
    """Return the request for an item, as statera sends it."""
    options = "\n".join(f"{k}. {c}" for k, c in zip("ABCD", row["choices"], strict=True))
    text = f"{row['question']}\n{options}\nReply with one letter."
    return {
        "model": "mock", "messages": [{"role": "user", "content": text}], "temperature": 0.0,
        "max_tokens": 16, "seed": seed,
    }  # fmt: skip


async def send(url: str, bodies: Iterator[dict[str, object]], concurrency: int) -> int:
    """Send every body, so many at once, and count the answers."""
    encode, decode = msgspec.json.encode, msgspec.json.Decoder(Reply).decode
    headers = {"content-type": "application/json"}
    answers = 0

    async def work(session: aiohttp.ClientSession) -> None:
        nonlocal answers
        for one in bodies:
            async with session.post(url, data=encode(one)) as answer:
                answers += decode(await answer.read()).choices[0].message.content is not None

    connector = aiohttp.TCPConnector(limit=concurrency)
    async with (
        aiohttp.ClientSession(connector=connector, headers=headers) as session,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(concurrency):
            group.create_task(work(session))
    return answers


def main() -> None:
    """Send all and print how many answers came."""
    url, path, concurrency = sys.argv[1:4]
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    bodies = (body(json.loads(line), seed) for seed, line in enumerate(lines))
    print(uvloop.run(send(f"{url}/chat/completions", bodies, int(concurrency))))


if __name__ == "__main__":
    main()
