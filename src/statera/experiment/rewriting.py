"""What an arm changes in a request: model, system prompt, parameters; pure, by the API's name.

    change = Change(model="candidate", prompt="Be warm.", place="before")
    rewritten("chat", body, change)                   # a new body; the client's stays as it was

Where the system prompt goes:

| API | replace | before, after |
|---|---|---|
| chat | in place of all system and developer messages | before them, after the leading ones |
| responses | as `instructions`, and those of `input` go | beside `instructions`, parted by a line |
| messages | as `system`, and system messages go | beside the blocks or the text of `system` |
| completions | | before the prompt, which is the only place there is |
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

GENERATING = ("chat", "completions", "messages", "responses")
"""The APIs whose answers people read; embeddings take no part in any experiment."""

Body = dict[str, Any]
Where = Literal["replace", "before", "after"]

_OPERATOR = ("system", "developer")
_APART = "\n\n"
_NOTHING: Mapping[str, Any] = {}
_STATE = ("background", "conversation", "container")
_SERVED = ("mcp", "code_interpreter", "computer_use_preview", "shell", "local_shell")


class Change(NamedTuple):
    """What one arm sets; "" and no parameter leave what the client sent.

    A parameter of None is taken out of the request.
    """

    model: str = ""
    prompt: str = ""
    place: Where = "replace"
    parameters: Mapping[str, Any] = _NOTHING

    @property
    def is_none(self) -> bool:
        """Whether nothing is changed."""
        return not (self.model or self.prompt or self.parameters)


def takes_prompt(api: str, body: Body) -> bool:
    """Return whether a system prompt can be set in this request.

    It cannot where there is no place for one (embeddings), where the prompt is token ids, and where
    the provider holds the prompt itself (`prompt` of responses).
    """
    if api == "chat":
        return type(body.get("messages")) is list
    if api == "messages":
        return _is_content(body.get("system"))
    if api == "responses":
        return not body.get("prompt") and _is_content(body.get("instructions"))
    return api == "completions" and not body.get("prompt_embeds") and _is_text(body.get("prompt"))


def rewritten(api: str, body: Body, change: Change) -> Body:
    """Return the request as the arm has it. The prompt is set only where `takes_prompt`."""
    new = {**body, **{name: one for name, one in change.parameters.items() if one is not None}}
    for name, value in change.parameters.items():
        if value is None:
            new.pop(name, None)
    if change.model:
        new["model"] = change.model
    if change.prompt:
        new.update(_PROMPTED[api](body, change.prompt, change.place))
    return new


def has_effects(body: Body) -> bool:
    """Return whether the request would change something beyond its answer, if it were sent twice.

    So are a conversation that the provider keeps, a task in the background, and tools that the
    provider itself runs.
    """
    tools = body.get("tools")
    kinds = [one.get("type") for one in tools if type(one) is dict] if type(tools) is list else []
    served = any(str(kind).startswith(_SERVED) for kind in kinds)
    return served or any(body.get(name) for name in (*_STATE, "mcp_servers"))


def as_copy(api: str, body: Body) -> Body:
    """Return the request as its copy is sent: answered whole, and kept by no provider."""
    new = {name: value for name, value in body.items() if name != "stream_options"}
    if "stream" in new:
        new["stream"] = False
    if api == "responses" or "store" in new:
        new["store"] = False
    return new


def _chat(body: Body, prompt: str, place: Where) -> Body:
    return {"messages": _among(body["messages"], prompt, place)}


def _responses(body: Body, prompt: str, place: Where) -> Body:
    given, asked = body.get("instructions"), body.get("input")
    if place == "replace":
        new: Body = {"instructions": prompt}
        if type(asked) is list:
            new["input"] = _others(asked)
        return new
    if place == "after" and type(asked) is list and _leading(asked):
        return {"input": _among(asked, prompt, place)}
    own = {"role": "system", "content": prompt}
    return {"instructions": _beside(given, prompt, own, place)}


def _messages(body: Body, prompt: str, place: Where) -> Body:
    if place != "replace":
        own = {"type": "text", "text": prompt}
        return {"system": _beside(body.get("system"), prompt, own, place)}
    said = body.get("messages")
    return {"system": prompt, **({"messages": _others(said)} if type(said) is list else {})}


def _completions(body: Body, prompt: str, place: Where) -> Body:
    del place
    asked = body["prompt"]
    if type(asked) is str:
        return {"prompt": prompt + _APART + asked}
    return {"prompt": [prompt + _APART + one for one in asked]}


_PROMPTED = {
    "chat": _chat,
    "completions": _completions,
    "messages": _messages,
    "responses": _responses,
}


def _among(said: Sequence[Any], prompt: str, place: Where) -> list[Any]:
    """Return the messages with the prompt in its place, said by whom the client has say such."""
    role = next((_role(one) for one in said if _role(one) in _OPERATOR), "system")
    own = {"role": role, "content": prompt}
    if place == "replace":
        return [own, *_others(said)]
    at = _leading(said) if place == "after" else 0
    return [*said[:at], own, *said[at:]]


def _others(said: Sequence[Any]) -> list[Any]:
    return [one for one in said if _role(one) not in _OPERATOR]


def _leading(said: Sequence[Any]) -> int:
    """Return how many messages of the operator there are before all others."""
    count = 0
    while count < len(said) and _role(said[count]) in _OPERATOR:
        count += 1
    return count


def _role(message: object) -> object:
    return message.get("role") if type(message) is dict else None


def _beside(given: Any, prompt: str, own: Body, place: Where) -> Any:
    """Return a text or a list of blocks with the prompt before or after it."""
    if not given:
        return prompt
    if type(given) is list:
        return [own, *given] if place == "before" else [*given, own]
    return _APART.join((prompt, given) if place == "before" else (given, prompt))


def _is_content(value: object) -> bool:
    return value is None or type(value) in (str, list)


def _is_text(value: object) -> bool:
    if type(value) is list:
        return bool(value) and all(type(one) is str for one in value)
    return type(value) is str
