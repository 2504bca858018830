"""The program in a model's answer: a block of a chat reply, or the continuation of a prompt.

Of several blocks the last complete one that defines the function counts, because models correct
themselves; then an unclosed one (the reply was cut); then the last block of Python.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from statera.scorers.reading.source import Source, prepare_code

STOPS = ("\nclass", "\ndef", "\n#", "\nif", "\nprint")  # lm-evaluation-harness, task `humaneval`
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*\n", re.M)
_PYTHON = ("", "python", "py", "python3", "python2", "pycon")


class Solution(NamedTuple):
    """A program, complete with its prompt's imports, and the answer's part of it in the reply."""

    program: str
    extracted: str
    span: tuple[int, int]
    whole: bool = True


class _Block(NamedTuple):
    start: int
    end: int
    closed: bool
    python: bool


def from_chat(text: str, prompt: str, entry_point: str) -> Solution | None:
    """Return the program in a chat reply, or None when there is none.

    A reply without blocks counts when all of it is Python that defines the function or is its body.
    """
    source = prepare_code(text)
    if source.note:
        return None
    blocks = list(_blocks(source.text))
    if not blocks:
        return _bare(source, prompt, entry_point)
    block = max(blocks, key=lambda b: _rank(source.text[b.start : b.end], b, entry_point))
    if not source.text[block.start : block.end].strip():
        return None
    return _solution(source, block, prompt, entry_point)


def from_completion(text: str, prompt: str) -> Solution | None:
    """Return the prompt continued by the reply up to the first stop, or None for an empty reply."""
    end = min((at for stop in STOPS if (at := text.find(stop)) >= 0), default=len(text))
    if not text[:end].strip():
        return None
    program = prompt + text[:end] + "\n"
    return Solution(program, text[:end], (0, end), whole=_parsed(program) is not None)


def preamble(prompt: str, entry_point: str) -> str:
    """Return the prompt's own imports and functions, without the one to be written.

    Both sides get it: the answer may rely on it, and the tests must not rely on the answer for it.
    """
    tree = _parsed(prompt) or _parsed(prompt + "    pass\n")
    if tree is None:
        return ""
    kept = [node for node in tree.body if not _is_entry(node, entry_point)]
    return "\n".join(ast.unparse(node) for node in kept)


def _is_entry(node: ast.stmt, entry_point: str) -> bool:
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return isinstance(node, ast.Expr) or (isinstance(node, functions) and node.name == entry_point)


def _blocks(text: str) -> Iterator[_Block]:
    opening = _FENCE.search(text)
    while opening:
        closing = re.compile(rf"^[ \t]*{opening[1]}+[ \t]*$", re.M).search(text, opening.end())
        end = closing.start() if closing else len(text)
        yield _Block(opening.end(), end, bool(closing), opening[2].lower() in _PYTHON)
        opening = _FENCE.search(text, closing.end()) if closing else None


def _rank(code: str, block: _Block, entry_point: str) -> tuple[bool, bool, bool, int]:
    return (_defines(code, entry_point), block.closed, block.python, block.start)


def _defines(code: str, entry_point: str) -> bool:
    name = re.escape(entry_point)
    return bool(re.search(rf"^[ \t]*(?:async\s+def|def|class)\s+{name}\b|^{name}\s*=", code, re.M))


def _solution(source: Source, block: _Block, prompt: str, entry_point: str) -> Solution:
    code = source.text[block.start : block.end]
    program = _completed(_dedented(code), prompt, entry_point)
    whole = block.closed or _parsed(program) is not None
    return Solution(program, code, source.original(block.start, block.end), whole)


def _bare(source: Source, prompt: str, entry_point: str) -> Solution | None:
    code = source.text
    if not code.strip():
        return None
    program = _completed(code, prompt, entry_point)
    if _parsed(program) is None or not (_defines(code, entry_point) or _is_body(code)):
        return None
    return Solution(program, code, source.original(0, len(code)))


def _completed(code: str, prompt: str, entry_point: str) -> str:
    """Return the code after its prompt's preamble, or a bare body after the whole prompt."""
    if not _defines(code, entry_point) and _is_body(code) and _parsed(prompt + code):
        return f"{prompt}{code}\n"
    return f"{preamble(prompt, entry_point)}\n{code}\n"


def _is_body(code: str) -> bool:
    return code.lstrip("\n")[:1] in (" ", "\t")


def _dedented(code: str) -> str:
    """Return a block that stands indented in a list, moved to the margin; a body stays as it is."""
    first = next((line for line in code.splitlines() if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if not indent or not re.match(r"(?:async\s+def|def|class|import|from|@)\b|@", first.lstrip()):
        return code
    return "\n".join(line.removeprefix(indent) for line in code.splitlines())


def _parsed(code: str) -> ast.Module | None:
    """Return the syntax tree, or None for what is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
