"""What a scripted model says: the file format of `scripted:FILE`.

YAML is one document; JSONL has one rule a line, and a line without a condition is a reply for the
next request in order.

```yaml
rules:                          # the first rule that fits the last user message answers
  - contains: capital of France
    replies: [Paris, Lyon]      # the first time this prompt is asked, the second time, …
  - regex: "^Which .*river"
    by: seed                    # or: drawn by the request's seed, whatever the order
    replies: ["The answer is B.", "C"]
  - equals: "Is the sky green?"
    reply: {text: "I cannot help with that.", finish: content_filter}
  - contains: flaky
    reply: {text: A, failure: {kind: infra, message: overloaded, status: 503, first: 2}}
replay: [first, second]         # requests that no rule fits, in order
default: {text: "I do not know.", delay: 0.05, usage: {prompt_tokens: 9, completion_tokens: 4}}
judge: {prefers: longer, strength: 0.8}     # a judge with known faults, see `models.scriptedjudge`
```

A `judge` answers what asks for a judgement and fits no rule.
"""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from statera.codec.canonical import digest
from statera.codec.files import read_jsonl, read_yaml
from statera.codec.patterns import compiled
from statera.errors import DeclarationError
from statera.models.scriptedjudge import ScriptedJudge
from statera.records.responses import ContinuationScore, FailureKind, TokenLogprob, Usage


class ScriptedFailure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A failure on the `first` times that a request is asked; always when `first` is None.

    The kind `stop` ends the whole run with the message, as a wrong key would.
    """

    kind: FailureKind | Literal["stop"] = "infra"
    message: str = "scripted failure"
    status: int | None = None
    first: int | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer.

    `delay` and `pause` are seconds: before the answer, and between streamed `chunks` (by default
    the words of `text`). `likelihoods` are nats, in the order of the continuations or by each.
    """

    text: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: tuple[dict[str, Any], ...] = ()
    finish: str | None = "stop"
    usage: Usage | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    likelihoods: tuple[float | ContinuationScore, ...] | dict[str, float] = ()
    chunks: tuple[str, ...] = ()
    delay: float = 0.0
    pause: float = 0.0
    failure: ScriptedFailure | None = None


Said = str | Reply


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """Which requests, and the answers they get.

    At most one of `contains`, `equals` and `regex` (RE2, searched). One `reply`, or several
    `replies` of which a prompt gets the n-th the n-th time that it is asked with a new seed (`by:
    order`, the last one from then on), or the one its seed points at (`by: seed`).
    """

    contains: str | None = None
    equals: str | None = None
    regex: str | None = None
    default: bool = False
    by: Literal["order", "seed"] = "order"
    reply: Said | None = None
    replies: tuple[Said, ...] = ()

    @cached_property
    def said(self) -> tuple[Reply, ...]:
        """The answers, at least one."""
        both = self.replies if self.reply is None else (self.reply, *self.replies)
        return tuple(as_reply(one) for one in both)

    @property
    def conditions(self) -> int:
        """How many conditions were written."""
        return sum(one is not None for one in (self.contains, self.equals, self.regex))

    def fits(self, text: str) -> bool:
        """True when the last user message is meant."""
        if self.contains is not None:
            return self.contains in text
        if self.equals is not None:
            return self.equals == text
        return self.regex is not None and compiled(self.regex).search(text) is not None


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules, then the judge, answers in order, the default; with none left the request fails.

    Without a judge the script is what it was before there were any, by its identity too.
    """

    rules: tuple[Rule, ...] = ()
    replay: tuple[Said, ...] = ()
    default: Said | None = None
    judge: ScriptedJudge | UnsetType = UNSET

    @property
    def identity(self) -> str:
        """`scripted:` and a digest: equal scripts are the same system under test."""
        return f"scripted:{digest(self)}"

    def replies(self) -> tuple[Reply, ...]:
        """Every answer in the script."""
        last = () if self.default is None else (self.default,)
        plain = tuple(as_reply(one) for one in (*self.replay, *last))
        return tuple(one for rule in self.rules for one in rule.said) + plain


def as_reply(said: Said) -> Reply:
    """Return a plain text as the reply that says it."""
    return Reply(text=said) if isinstance(said, str) else said


def read_script(path: Path) -> Script:
    """Return the script in a YAML, JSON or JSONL file; DeclarationError names file and place."""
    if path.suffix != ".jsonl":
        return checked(read_yaml(path, Script), str(path))
    lines = tuple(read_jsonl(path, Rule))
    replay = tuple(one for line in lines if _in_order(line) for one in line.said)
    defaults = [line.said[0] for line in lines if line.default and line.said]
    if len(defaults) > 1:
        raise DeclarationError(f"{path}: {len(defaults)} lines are the default, allowed: one")
    rules = tuple(line for line in lines if not line.default and line.conditions)
    script = Script(rules=rules, replay=replay, default=defaults[0] if defaults else None)
    return checked(script, str(path))


def checked(script: Script, source: str) -> Script:
    """Return the script, or raise DeclarationError for a rule that could never answer."""
    for number, rule in enumerate(script.rules):
        if problem := _problem(rule):
            raise DeclarationError(f"{source}: {problem} at `$.rules[{number}]`")
    if not script.replies() and script.judge is UNSET:
        raise DeclarationError(
            f"{source}: no replies. Give `rules`, `replay`, `default` or `judge`"
        )
    return script


def _in_order(line: Rule) -> bool:
    return not line.default and line.conditions == 0


def _problem(rule: Rule) -> str:
    """Return what is wrong with a rule, or an empty string."""
    if rule.default:
        return "`default` in a rule is for JSONL lines; write `default:` beside `rules:`"
    if rule.conditions != 1:
        return f"{rule.conditions} conditions, expected one of `contains`, `equals`, `regex`"
    if not rule.said:
        return "no `reply` or `replies`"
    try:
        compiled(rule.regex or "")
    except ValueError as error:
        return f"`regex` is not valid RE2 ({error})"
    return ""
