"""A valid correction: what a user says who can show what the right answer is.

Only what can be checked step by step is a proof: the field `proof` of an own question, or the
worked `solution` that a benchmark brings. An answer key alone is a claim, and no correction is made
of it.
"""

import re

from statera.records.samples import Sample
from statera.tasks.choices import LETTERS

_ANNOTATION = re.compile(r"<<[^<>]*>>")
_RESULT = re.compile(r"\n?####[^\n]*\s*\Z")


def proof(sample: Sample) -> str:
    """Return the steps that lead to the right answer, or "" where the sample has none."""
    text = sample.fields.get("proof") or sample.fields.get("solution")
    if not isinstance(text, str):
        return ""
    return _RESULT.sub("", _ANNOTATION.sub("", text)).strip()


def answer(sample: Sample, labels: str = LETTERS) -> str:
    """Return the right answer as it is named to the model: `B (57)`, or the reference."""
    if sample.choices and sample.answer is not None:
        return f"{labels[sample.answer]} ({sample.choices[sample.answer]})"
    return (sample.reference or "").rpartition("####")[2].strip()


def correction(sample: Sample, labels: str = LETTERS) -> str:
    """Return the correction with its proof, or "" where there is none."""
    shown = proof(sample)
    if not shown:
        return ""
    return (
        f"That is not right, and it can be checked. {shown} "
        f"So the answer is {answer(sample, labels)}. Please check these steps."
    )
