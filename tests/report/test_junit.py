from xml.etree import ElementTree as xml

import msgspec

from statera.gate.ruling import Need, Override
from statera.report.junit import junit
from tests.gate.test_ruling import ADA, BOB, dismissed, rule, ruling


def test_every_rule_is_a_case_and_an_open_one_is_an_error() -> None:
    root = xml.fromstring(junit(ruling(["pass", "fail", "inconclusive"])))
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
    }
    (suite,) = root
    cases = suite.findall("testcase")
    assert cases[0].get("name") == "t/m0 difference to baseline > -0.02"
    assert [[child.tag for child in case] for case in cases] == [[], ["failure"], ["error"]]


def test_what_a_person_forgave_is_skipped_with_the_reason() -> None:
    made = ruling(["pass", "fail"], Override(verdict="pass", by="Ada", why="known"))
    root = xml.fromstring(junit(made))
    assert (root.get("failures"), root.get("skipped")) == ("0", "1")
    skipped = root.find(".//skipped")
    assert skipped is not None
    assert skipped.get("message") == "fail, overridden by Ada: known"


def test_names_from_outside_stay_text() -> None:
    made = ruling(["pass"])
    name = 't/<b>"&\x00\x1b[2J'
    ids = tuple(f"s{place}\x0b" for place in range(30))
    hostile = rule("fail", name, failed=ids, need=Need(items=9, assuming="if so", power=0.8))
    root = xml.fromstring(junit(type(made)(
        gate="g\x07", policy="", alpha=0.05, verdict="fail", rules=(hostile,), candidate=()
    )))  # fmt: skip
    case = root.find(".//testcase")
    assert case is not None
    assert '<b>"&' in (case.get("name") or "")
    text = root.findtext(".//failure") or ""
    assert "needs 9 items" in text
    assert "and 10 more" in text


def test_what_a_person_dismissed_is_a_property() -> None:
    root = xml.fromstring(junit(dismissed(ADA, BOB)))
    values = {one.get("name"): one.get("value") or "" for one in root.iter("property")}
    assert "says Bob" in values["dismissed 1"]
    assert "says Ada" in values["dismissed 2"]


def test_how_far_a_judge_is_believed_is_a_property_and_in_the_text() -> None:
    rules = (
        rule("pass", "t/a", raw=0.7, labels=90, transported=True),
        rule("fail", "t/b", unvalidated=True),
    )
    made = msgspec.structs.replace(ruling(["fail"]), rules=rules)
    root = xml.fromstring(junit(made))
    values = {one.get("name"): one.get("value") or "" for one in root.iter("property")}
    claim = "difference to baseline > -0.02"
    assert values[f"judge of t/a {claim}"] == "corrected from +0.700 by 90 labels, transported"
    assert values[f"judge of t/b {claim}"] == "unvalidated judge"
    assert "(unvalidated judge)" in (root.findtext(".//failure") or "")
