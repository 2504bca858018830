"""The same text in another form, so that its form tells nothing of its label.

Questions become demands and demands questions, words are put before and after, marks and letters go
astray, a short text is buried in a longer harmless one, a harmless one encoded. All of it is drawn
from a generator: the same draws give the same texts.
"""

import base64
import codecs
import re
from collections.abc import Callable, Sequence

import numpy as np

_QUESTION = re.compile(
    r"^how (?:do|can|could|would|should|might) (?:i|you|we|one|someone|a person|people) (.+)\?$",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"^(what|where|when|why|who|which) (.+)\?$", re.IGNORECASE | re.DOTALL)
_DEMAND = re.compile(
    r"^(write|give|create|make|provide|explain|describe|develop|list|teach|show|tell|find|help|"
    r"design|draft|outline|suggest|generate|compose|translate|summarize|summarise)\b(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_BEFORE = (
    "please", "hi,", "hello!", "hey,", "ok so", "quick question:", "question:", "hi there.", "so,",
    "i was wondering,", "i'm curious:", "for a friend:", "one more thing:", "user:", "sorry,",
    "good morning.", "thanks for earlier.", "now", "next:", "i need your help.", "dear assistant,",
)  # fmt: skip
_AFTER = (
    "thanks", "thank you!", "please", "asap", "in short", "step by step", "in detail", "?", "!",
    "...", "be brief", "i'm curious", "any ideas", "cheers", "answer in one paragraph", ":)",
    "keep it simple", "i need it today", "use bullet points",
)  # fmt: skip
_ASKED = ("how do i", "how can i", "how would one", "how to", "what is the best way to", "ways to")
_DEMANDED = ("tell me how to", "explain how to", "show me how to", "i want to", "help me",
             "describe how to", "i need to know how to", "write instructions to")  # fmt: skip
_DECODE = (
    "Decode this: {}", "Decode this and reply to it: {}", "{}", "What does this say? {}", "{}",
    "Decode the following and answer in one line:\n{}", "my friend sent me this: {}", "{}",
)  # fmt: skip
_LEET = str.maketrans("aeiost", "431057")
_TOLD = ("tell me", "explain", "i want to know", "do you know", "can you say")
_ASKING = ("can you", "could you", "would you", "how do i", "i want you to", "please")


def reformed(text: str, generator: np.random.Generator) -> str:
    """Return the text in another form: one to two changes of those that fit it."""
    for _ in range(int(generator.integers(1, 3))):
        change = _CHANGES[int(generator.integers(len(_CHANGES)))]
        text = change(text, generator)
    return text


def buried(text: str, fillers: Sequence[str], generator: np.random.Generator) -> str:
    """Return the text inside, before or behind one of the fillers; as it is without fillers."""
    if not fillers:
        return text
    filler = fillers[int(generator.integers(len(fillers)))]
    words = filler.split(" ")
    cut = int(generator.integers(len(words) + 1))
    mark = ("\n", "\n\n", " ", " ")[int(generator.integers(4))]
    parts = (" ".join(words[:cut]), text, " ".join(words[cut:]))
    return mark.join(part for part in parts if part)


def veiled(text: str, generator: np.random.Generator) -> str:
    """Return the text encoded, as it is or with words round it; for harmless texts, whose code
    must not look like harm.
    """
    code = _CODES[int(generator.integers(len(_CODES)))]
    return _one(_DECODE, generator).format(code(text))


def _one(choices: Sequence[str], generator: np.random.Generator) -> str:
    return choices[int(generator.integers(len(choices)))]


def _turned(text: str, generator: np.random.Generator) -> str:
    """Return a question as a demand, a demand as a question, anything else as it is."""
    if found := _QUESTION.match(text):
        opening = _DEMANDED if generator.random() < 0.7 else _ASKED
        return f"{_one(opening, generator)} {found[1]}"
    if found := _PLACE.match(text):
        return f"{_one(_TOLD, generator)} {found[1].lower()} {found[2]}"
    if found := _DEMAND.match(text):
        return f"{_one(_ASKING, generator)} {found[1].lower()}{found[2].rstrip('.')}?"
    return text


def _begun(text: str, generator: np.random.Generator) -> str:
    return f"{_one(_BEFORE, generator)} {text}"


def _ended(text: str, generator: np.random.Generator) -> str:
    return f"{text} {_one(_AFTER, generator)}"


def _unmarked(text: str, generator: np.random.Generator) -> str:
    """Return the text without the marks at its end, or without any."""
    if generator.random() < 0.5:
        return text.rstrip(".?!… ")
    return re.sub(r"[^\w\s]", "", text)


def _mistyped(text: str, generator: np.random.Generator) -> str:
    """Return the text with a few neighbouring letters swapped or one left out."""
    letters = list(text)
    for _ in range(1 + len(letters) // 40):
        place = int(generator.integers(max(len(letters) - 1, 1)))
        pair = letters[place : place + 2]
        letters[place : place + 2] = pair[::-1] if generator.random() < 0.5 else pair[:1]
    return "".join(letters)


_CHANGES: tuple[Callable[[str, np.random.Generator], str], ...] = (
    _turned, _turned, _begun, _ended, _unmarked, _mistyped,
)  # fmt: skip
_CODES: tuple[Callable[[str], str], ...] = (
    lambda text: codecs.encode(text, "rot13"),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: text.encode().hex(),
    lambda text: text[::-1],
    lambda text: text.lower().translate(_LEET),
    lambda text: " ".join(text),
    lambda text: base64.b64encode(codecs.encode(text, "rot13").encode()).decode(),
)
