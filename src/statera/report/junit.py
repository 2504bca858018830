"""A ruling as JUnit XML: each rule is a test case, so that every CI system shows it.

A rule that fails is a failure; one that is inconclusive is an error, never a passed test. Where a
person overrode the gate to a pass, what did not pass is skipped, with the name and the reason.
"""

from xml.etree import ElementTree as xml

from statera.gate.ruling import RuleRuling, Ruling, dismissal_words
from statera.report.plaintext import name, passage

_NAMED = 20
_KINDS = {"fail": "failure", "inconclusive": "error"}


def junit(ruling: Ruling) -> bytes:
    """Return the document, UTF-8 with its XML declaration."""
    suite = xml.Element("testsuite", {"name": name(ruling.gate)} | _counts(ruling))
    properties = xml.SubElement(suite, "properties")
    for key, value in _properties(ruling).items():
        xml.SubElement(properties, "property", name=key, value=passage(value))
    for rule in ruling.rules:
        suite.append(_case(ruling, rule))
    root = xml.Element("testsuites", {"name": "statera"} | _counts(ruling))
    root.append(suite)
    xml.indent(root)
    text: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _counts(ruling: Ruling) -> dict[str, str]:
    failures, errors = (len(ruling.having(v)) for v in ("fail", "inconclusive"))
    skipped = 0
    if _forgiven(ruling):
        failures, errors, skipped = 0, 0, failures + errors
    counts = {"tests": len(ruling.rules), "failures": failures, "errors": errors}
    return {key: str(count) for key, count in (counts | {"skipped": skipped}).items()}


def _properties(ruling: Ruling) -> dict[str, str]:
    runs = {"candidate": ruling.candidate, "base": ruling.base, "anchor": ruling.anchor}
    found = {"verdict": ruling.verdict, "policy": ruling.policy, "alpha": f"{ruling.alpha:g}"}
    found |= {key: " ".join(ids) for key, ids in runs.items() if ids}
    if ruling.override is not None:
        said = ruling.override
        found["override"] = f"{said.verdict} by {said.by}: {said.why}"
    for number, pair in enumerate(ruling.dismissals, start=1):
        found[f"dismissed {number}"] = dismissal_words(*pair)
    for rule in ruling.rules:
        if rule.by:
            found[f"judge of {name(rule.name)} {rule.claim}"] = rule.by
    return found


def _case(ruling: Ruling, rule: RuleRuling) -> xml.Element:
    case = xml.Element(
        "testcase", classname=name(ruling.gate), name=f"{name(rule.name)} {rule.claim}"
    )
    if rule.verdict == "pass":
        return case
    if _forgiven(ruling) and ruling.override is not None:
        told = f"{rule.verdict}, overridden by {ruling.override.by}: {ruling.override.why}"
        xml.SubElement(case, "skipped", message=name(told))
    else:
        kind = _KINDS[rule.verdict]
        found = xml.SubElement(case, kind, message=name(rule.reason), type=rule.verdict)
        found.text = passage(_details(rule))
    return case


def _forgiven(ruling: Ruling) -> bool:
    return ruling.final == "pass" and ruling.verdict != "pass"


def _details(rule: RuleRuling) -> str:
    lines = [str(rule), f"{rule.n} items, {rule.method}, alpha {rule.alpha:g} (look {rule.look})"]
    if rule.need is not None:
        lines.append(f"needs {rule.need}")
    for what, ids in (("failed", rule.failed), ("to be confirmed", rule.unconfirmed)):
        lines += [f"{what}: {sample}" for sample in ids[:_NAMED]]
        lines += [f"and {len(ids) - _NAMED} more"] if len(ids) > _NAMED else []
    return "\n".join(lines)
