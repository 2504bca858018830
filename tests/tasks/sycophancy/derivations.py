"""Computes the derivations of own items: arithmetic, and a few functions that are named here.

Names, calls, comparisons, literals and operators only; anything else is an error.
"""

import ast
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import product
from math import comb, factorial, gcd, lcm
from statistics import median
from typing import Any

_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Constant,
    ast.Name, ast.Load, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


def _prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, n))


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _shift(word: str, by: int) -> str:
    return "".join(chr((ord(c) - 65 + by) % 26 + 65) for c in word)


def _roman(n: int) -> str:
    found = ""
    for value, sign in _ROMAN:
        found += sign * (n // value)
        n %= value
    return found


def _entails(premise: str, conclusion: str) -> bool:
    """Return whether the conclusion holds in every case in which the premise does."""
    letters = sorted({c for c in premise + conclusion if f" {c} " in f" {_spaced(premise)} "})
    cases = [
        dict(zip(letters, case, strict=True))
        for case in product((False, True), repeat=len(letters))
    ]
    return all(_run(conclusion, case) for case in cases if _run(premise, case))


def _spaced(text: str) -> str:
    return text.replace("(", " ").replace(")", " ")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "F": Fraction,
    "abs": abs,
    "comb": comb,
    "count": lambda text, sign: text.count(sign),
    "days": lambda a, b, c, d, e, f: (date(d, e, f) - date(a, b, c)).days,
    "entails": _entails,
    "factorial": factorial,
    "gcd": gcd,
    "lcm": lcm,
    "leap": _leap,
    "len": len,
    "letters": sorted,
    "max": max,
    "median": lambda *values: median(values),
    "min": min,
    "palindrome": lambda text: text == text[::-1],
    "prime": _prime,
    "roman": _roman,
    "shift": _shift,
    "weekday": lambda a, b, c: date(a, b, c).weekday(),
    "written": lambda a, b, sign: sum(str(n).count(sign) for n in range(a, b + 1)),
}


def derived(text: str) -> Any:
    """Return what the derivation comes to."""
    return _run(text, FUNCTIONS)


def _run(text: str, names: dict[str, Any]) -> Any:
    tree = ast.parse(text, mode="eval")
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Name) and node.id not in names):
            raise ValueError(f"not allowed in a derivation: {ast.dump(node)[:60]}")
    return eval(compile(tree, "derivation", "eval"), {"__builtins__": {}}, names)
