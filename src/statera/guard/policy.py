"""What the guard looks for, where, and what follows: one YAML file, live and offline.

```yaml
name: support
version: "3"
detectors:
  - name: toxicity
    use: classifier                  # a file of `guard.detectors`, which reads `with`
    with: {head: toxicity}
    sides: [input, output]
    threshold: 0.85
    action: block                    # allow, redact, block, annotate
    mode: enforce                    # shadow: decide, count, change nothing
    on_failure: closed               # open: what it could not check passes, marked `bypassed`
    timeout: 2                       # seconds
scopes:
  - route: /v1/embeddings            # also `model`, `headers`; `*` matches anything
    detectors: {toxicity: {mode: shadow}}
```
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from statera.codec.canonical import digest
from statera.codec.files import YAML, read_text
from statera.codec.strict import from_yaml
from statera.errors import DeclarationError, nearest, unknown
from statera.records.guarding import Action, Mode, Role, Side

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Words = Annotated[str, msgspec.Meta(min_length=1)]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One detector of the policy: how it looks, where, and what follows from what it sees.

    `roles`: only what these say (`user`, `system`, `tool`; `""` for nobody); empty for everyone.
    `beyond`: what becomes of text past what the detector can examine. `context`: so many earlier
    messages are read with each one. `restore`: what was redacted in the user's own messages returns
    in the reply.
    """

    name: Name
    use: str
    settings: dict[str, Any] = msgspec.field(name="with", default_factory=dict)
    sides: Annotated[tuple[Side, ...], msgspec.Meta(min_length=1)] = ("input", "output")
    roles: tuple[Role, ...] = ()
    threshold: Share = 0.5
    action: Action = "block"
    mode: Mode = "enforce"
    on_failure: Literal["open", "closed"] = "closed"
    timeout: Seconds = 2.0
    beyond: Literal["allow", "block"] = "block"
    context: Count = 0
    restore: bool = False
    message: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scope changes about one detector; `off` leaves it out there."""

    off: bool = False
    threshold: Share | msgspec.UnsetType = msgspec.UNSET
    action: Action | msgspec.UnsetType = msgspec.UNSET
    mode: Mode | msgspec.UnsetType = msgspec.UNSET
    on_failure: Literal["open", "closed"] | msgspec.UnsetType = msgspec.UNSET


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where other terms hold: all of `route`, `model` and `headers` must match (`*` globs)."""

    route: str = "*"
    model: str = "*"
    headers: dict[str, str] = {}
    detectors: dict[str, Change] = {}


class StreamTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a streamed reply is checked.

    `window`: every check sees about so many characters, and half of them anew; `full` holds the
    whole reply until it has passed.
    """

    mode: Literal["window", "full"] = "window"
    window: Annotated[int, msgspec.Meta(ge=64, le=20_000)] = 400


class EventTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an event keeps of the text: its hash, all of it, or nothing."""

    content: Literal["hash", "full", "none"] = "hash"


class Messages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a blocked client is told, unless the detector has a message of its own."""

    input: Words = "This request was blocked by the content policy."
    output: Words = "This reply was withheld by the content policy."


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole policy file. Scopes apply in order; the later one wins.

    `images` and `unknown_fields` say what becomes of content that no detector reads; `routes` are
    further paths that pass unexamined, and are named for that. `longest`: a text of more characters
    is not examined at all; the `beyond` of each detector says what becomes of it.
    """

    name: str = "policy"
    version: str = "1"
    detectors: tuple[Entry, ...] = ()
    scopes: tuple[Scope, ...] = ()
    stream: StreamTerms = StreamTerms()
    images: Literal["block", "allow"] = "block"
    unknown_fields: Literal["block", "allow"] = "block"
    routes: tuple[str, ...] = ()
    block_style: Literal["error_400", "refusal_200"] = "error_400"
    messages: Messages = Messages()
    events: EventTerms = EventTerms()
    cache: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 10_000
    longest: Annotated[int, msgspec.Meta(ge=1)] = 200_000

    @classmethod
    def load(cls, name: str | Path) -> "Policy":
        """Return the policy of a YAML file, or one that ships: `default`, `light`.

        DeclarationError, in one line, for what is declared wrong.
        """
        path = policy_path(name)
        return read_policy(read_text(path), source=str(path))

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything in the policy."""
        return digest(msgspec.to_builtins(self))[:12]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a check takes place; header names in lower case."""

    route: str = ""
    model: str = ""
    headers: dict[str, str] = {}


SHIPPED = Path(__file__).parent / "policies"


def policy_path(name: str | Path) -> Path:
    """Return the file of a policy that ships, or the path that `name` is."""
    path = Path(name)
    if path.suffix in YAML:
        return path
    ready = {found.stem: found for found in SHIPPED.glob("*.yaml")}
    if str(name) not in ready:
        raise unknown("policy", str(name), [*ready, "FILE.yaml"])
    return ready[str(name)]


def read_policy(text: str, *, source: str) -> Policy:
    """Return the policy in `text`; DeclarationError with `source` and place for every mistake."""
    policy = from_yaml(text, Policy, source=source)
    _check_names(policy, source)
    _check_streams(policy, source)
    return policy


def _check_names(policy: Policy, source: str) -> None:
    names: list[str] = []
    for number, entry in enumerate(policy.detectors):
        if entry.name in names:
            raise DeclarationError(
                f"{source}: detectors[{number}]: the name '{entry.name}' is already taken"
            )
        names.append(entry.name)
    for number, scope in enumerate(policy.scopes):
        for name in scope.detectors:
            if name not in names:
                raise DeclarationError(
                    f"{source}: scopes[{number}].detectors: no detector is named '{name}'."
                    f"{nearest(name, names)} Allowed: {', '.join(names)}"
                )


def _check_streams(policy: Policy, source: str) -> None:
    for number, entry in enumerate(policy.detectors):
        if entry.restore and entry.action != "redact":
            raise DeclarationError(
                f"{source}: detectors[{number}] '{entry.name}': restore needs action: redact"
            )
