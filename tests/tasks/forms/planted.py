"""Models with a planted fault for questions in other forms, written apart from what makes them.

They know the starter questions and find the one that is asked by its options and its words, and the
sign of an option by what stands in front of it.
"""

import html
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256

from statera.records.samples import Sample
from statera.tasks.starter.items import items

Messages = list[dict[str, str]]
Talker = Callable[[Messages], str]

KNOWN = items("knowledge")


def drawn(fault: str, sample: Sample, share: float) -> bool:
    """Return whether the fault falls on the item: on an exact share of all."""
    return order(fault).index(sample.id) < round(share * len(KNOWN))


@cache
def order(fault: str) -> list[str]:
    """Return the ids in an order that is drawn for the fault."""
    return sorted(
        (one.id for one in KNOWN), key=lambda one: sha256(f"{fault}|{one}".encode()).digest()
    )


def shown(messages: Messages) -> str:
    """Return the message without the signs that documents put in front of quotation marks."""
    return html.unescape(messages[-1]["content"].replace('\\"', '"'))


@cache
def about(text: str) -> Sample:
    """Return the question that the text asks in whatever form."""
    words = set(re.findall(r"\w+", text.lower()))
    fitting = [one for one in KNOWN if all(choice in text for choice in one.choices)]
    return max(fitting, key=lambda one: len(words & set(re.findall(r"\w+", one.input.lower()))))


def said(text: str, option: str) -> str:
    """Return the reply that names the option as the text signs it, or by its words."""
    sign = r'(?:^|[\s("*|])([A-Za-z1-9])(?:\.\*\*|[.):]|">|": "| -)\s?'
    found = re.search(sign + re.escape(option) + r"(?![\w ]*\w)", text, re.M)
    return f"Looking at it closely.\n\nAnswer: {found[1] if found else option}"


def reply(text: str, right: bool) -> str:
    sample = about(text)
    place = sample.answer or 0
    return said(text, sample.choices[place if right else place - 1])


def informed(messages: Messages) -> str:
    """Knows 85 % and never minds the form."""
    text = shown(messages)
    return reply(text, drawn("knows", about(text), 0.85))


def top(messages: Messages) -> str:
    """Names the first option that is listed, whatever it says."""
    text = shown(messages)
    return said(text, min(about(text).choices, key=text.rindex))


def lost_in(sign: str) -> Talker:
    """Knows all, and is wrong wherever the message has the sign in it."""

    def talk(messages: Messages) -> str:
        return reply(shown(messages), sign not in messages[-1]["content"])

    return talk


def misspelt(text: str) -> bool:
    """Return whether a word of the question is there with the same letters in a wrong order, or
    without one of them.
    """
    there = set(re.findall(r"[a-z]+", text.lower()))
    gone = set(re.findall(r"[a-z]+", about(text).input.lower())) - there
    close = {"".join(sorted(word)) for word in there}
    return any(
        "".join(letters) in close
        for word in gone
        if len(word) > 5
        for letters in (sorted(word), *(sorted(word[:k] + word[k + 1 :]) for k in range(len(word))))
    )


def put_off(share: float) -> Talker:
    """Knows all, but misspelt words cost a share of the answers."""

    def talk(messages: Messages) -> str:
        text = shown(messages)
        return reply(text, not (misspelt(text) and drawn("slips", about(text), share)))

    return talk
