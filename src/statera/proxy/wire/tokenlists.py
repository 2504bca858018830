"""Tokens of a reply: what of them says a text, and what nobody here can read.

`logprobs` repeat the text beside them token by token, with what else might have been said. Where
the tokens joined are the text, it is not read twice; others are read. So are the alternatives, by
their rank: the second choice at every place, joined, is a text like the first. `bytes` say what
their token says, or are read as well. Lists of token ids are refused unless the policy allows what
is unknown.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, cast

from statera.proxy.wire.fields import Reader, spoken, wrong
from statera.proxy.wire.leaves import LARGE
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, Holder, Key, Repeat, Slot, TokenList

_Read = Callable[[Any, str], Iterator[list[str]]]

_TOKEN_ID = re.compile(r"token_id:[0-9]+", re.ASCII)
_LAST = re.compile(
    r"<(?:/s|eos|end_of_turn|\|(?:call|end|end_of_text|endoftext|eom_id|eot_id|im_end|return)\|)>"
)
_FIGURES = frozenset({"id", "logprob", "prob", "rank"})
_OF_TOKEN = _FIGURES | {"bytes", "decoded_token", "token"}
_ALTERNATIVES = ("top_logprobs", "top_probs")
_OF_ENTRY = _OF_TOKEN.union(_ALTERNATIVES)
_OF_LISTS = frozenset({"content", "refusal"})
_OF_LEGACY = frozenset({"text_offset", "token_logprobs", "tokens", "top_logprobs"})
_NUMERIC = frozenset((int, float, bool, type(None)))
_SHAPE = "a list of tokens and their figures"


def tokens(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take token ids, which nobody here can read, where the policy allows what is unknown."""
    if value is False or value == []:
        return
    if reader.policy.unknown_fields != "allow":
        raise _unreadable(place)


def token_ids(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take the token ids of a text that is read elsewhere; withheld when that is edited."""
    if type(value) is not list or not all(type(one) is int for one in value):
        raise wrong(place, "a list of token ids")
    tokens(reader, holder, key, value, place)
    reader.repeats.append(Repeat(cast("Body", holder), str(key), place))


def logprobs(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take the tokens of a text that is read elsewhere; `compare` reads what that does not say."""
    _take(reader, _positions, holder, key, place)


def prompt_logprobs(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take the tokens of the prompt, which no text of a reply repeats."""
    _take(reader, _prompted, holder, key, place)


def compare(reader: Reader) -> Iterator[Slot]:
    """Yield a slot for every line of tokens that is none of the texts beside it.

    To edit it is to withhold the tokens.
    """
    for repeat, lines in reader.lists:
        beside = set(_beside(reader.slots, repeat.place.partition(".")[0]))
        for rank, line in enumerate(lines):
            if not line or line in beside or (rank == 0 and _ends(line, beside)):
                continue
            beside.add(line)
            said = reader.passage(line, f"{repeat.place}#{rank}")
            yield Slot(said, [line], 0, repeats=(repeat,))


def _take(reader: Reader, read: _Read, holder: Holder, key: Key, place: str) -> None:
    """Keep tokens, the chosen one of every position first, as lines by their rank."""
    repeat = Repeat(cast("Body", holder), str(key), place)
    value = repeat.holder[repeat.name]
    reader.repeats.append(repeat)
    try:
        given = list(read(value, place))
    except Refused:
        if reader.policy.unknown_fields != "allow":
            raise
        spoken(reader, holder, key, value, place)
        return
    if any(_TOKEN_ID.fullmatch(one) for words in given for one in words):
        tokens(reader, holder, key, value, place)
    lines = tuple(_line(words) for words in zip_longest(*given, fillvalue=""))
    reader.lists.append(TokenList(repeat, lines))


def _line(words: Iterable[str]) -> str:
    """Return tokens as one text; characters that were cut in bytes are whole again."""
    return "".join(words).encode(errors="surrogateescape").decode(errors="replace")


def _positions(value: Any, place: str) -> Iterator[list[str]]:
    """Yield the tokens of every position of `logprobs`, in any of its shapes."""
    if type(value) is list:
        yield from _entries(value, place)
    elif type(value) is dict and value.keys() <= _OF_LEGACY:
        yield from _legacy(value, place)
    elif type(value) is dict and value.keys() <= _OF_LISTS:
        for name, one in value.items():
            if one is not None:
                yield from _entries(one, f"{place}.{name}")
    else:
        raise wrong(place, _SHAPE)


def _entries(value: Any, place: str) -> Iterator[list[str]]:
    if type(value) is not list:
        raise wrong(place, _SHAPE)
    for entry in value:
        words = _words(entry, place, _OF_ENTRY)
        for name in _ALTERNATIVES:
            for other in _listed(entry, name, place):
                words += [one for one in _words(other, place, _OF_TOKEN) if one not in words]
        yield words


def _words(entry: Any, place: str, known: frozenset[str]) -> list[str]:
    """Return the token of an entry, and what its bytes say if that is something else."""
    if type(entry) is not dict or not entry.keys() <= known:
        raise wrong(place, _SHAPE)
    token = entry.get("token") or entry.get("decoded_token") or ""
    twice = "token" in entry and "decoded_token" in entry
    if type(token) is not str or twice or not all(map(_is_figure, map(entry.get, _FIGURES))):
        raise wrong(place, _SHAPE)
    return _spelt(token, entry.get("bytes"), place)


def _spelt(token: str, given: Any, place: str) -> list[str]:
    """Return the token; what is no whole character in its bytes stands as surrogates."""
    if given is None:
        return [token]
    if type(given) is not list or not all(type(one) is int and 0 <= one < 256 for one in given):
        raise wrong(f"{place}.bytes", "a list of bytes")
    data = bytes(given)
    said = data.decode(errors="surrogateescape")
    return [said] if data.decode(errors="replace") == token else [token, said]


def _legacy(value: Body, place: str) -> Iterator[list[str]]:
    """Yield the tokens of completions: lists side by side, the alternatives as names."""
    chosen, others = _listed(value, "tokens", place), _listed(value, "top_logprobs", place)
    for name in ("token_logprobs", "text_offset"):
        if not all(map(_is_figure, _listed(value, name, place))):
            raise wrong(place, _SHAPE)
    for token, named in zip_longest(chosen, others):
        if type(token) not in (str, type(None)) or type(named) not in (dict, type(None)):
            raise wrong(place, _SHAPE)
        if not all(map(_is_figure, (named or {}).values())):
            raise wrong(place, _SHAPE)
        yield [token or "", *(one for one in named or () if one != token)]


def _listed(value: Body, name: str, place: str) -> list[Any]:
    found = value.get(name)
    if found is not None and type(found) is not list:
        raise wrong(f"{place}.{name}", "a list")
    return found or []


def _prompted(value: Any, place: str) -> Iterator[list[str]]:
    """Yield the tokens of vLLM's `prompt_logprobs`: for every position, entries by token id."""
    if type(value) is not list:
        raise wrong(place, _SHAPE)
    for named in value:
        if named is None:
            continue
        if type(named) is not dict or not all(one.isdecimal() for one in named):
            raise wrong(place, _SHAPE)
        yield [word for one in named.values() for word in _words(one, place, _OF_TOKEN)]


def _is_figure(value: object) -> bool:
    kind = type(value)
    return kind in _NUMERIC and (value is None or -LARGE < value < LARGE)  # type: ignore[operator]


def _beside(slots: Sequence[Slot], first: str) -> Iterator[str]:
    """Yield the texts of the same choice or item, whole and by their parts."""
    for slot in slots:
        said = slot.passage
        if not slot.again and said.place.partition(".")[0] == first:
            yield said.text
            yield from (said.text[part.start : part.end] for part in slot.parts)


def _ends(line: str, beside: Iterable[str]) -> bool:
    """Return whether the line is one of the texts and the token that ends a reply."""
    return line.endswith(">") and any(
        line.startswith(text) and _LAST.fullmatch(line, len(text)) for text in beside
    )


def _unreadable(place: str) -> Refused:
    return Refused(
        f"'{place}' is about token ids, which the guard cannot read; use text, or set"
        " 'unknown_fields: allow' in the policy.",
        code="tokens_not_readable",
        param=place,
    )
