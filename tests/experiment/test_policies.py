import pytest

from statera.errors import DeclarationError
from statera.experiment.policies import check_target, read_target

FIELDS = {"device": ("mobile", "web", "tv", "other"), "plan": ()}
POLICY = """\
policy: warm_on_mobile
choose:
  - {when: {device: mobile}, arm: warm}
  - {when: {device: [web, tv], plan: free}, chances: {base: 0.8, warm: 0.2}}
  - {arm: base}
"""


def test_the_first_entry_that_holds_says() -> None:
    policy = read_target(POLICY, source="p.yaml")
    assert policy.chances({"device": "mobile", "plan": "free"}) == {"warm": 1.0}
    assert policy.chances({"device": "tv", "plan": "free"}) == {"base": 0.8, "warm": 0.2}
    assert policy.chances({"device": "tv", "plan": "paid"}) == {"base": 1.0}
    assert policy.chances({}) == {"base": 1.0}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("arm: warm}", "arm: warm, chances: {base: 1}}", r"choose\[0\]: say `arm` or `chances`"),
        ("0.8", "0.7", r"choose\[1\].chances: they sum to 0.9. Allowed: 1"),
        ("  - {arm: base}\n", "", r"the last entry must be for all"),
        ("{when: {device: mobile}, arm: warm}", "{arm: warm}", r"it hides the entries after it"),
        ("when: {device: mobile}", "wehn: {device: mobile}", r"Did you mean 'when'"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        read_target(POLICY.replace(old, new), source="p.yaml")


def test_arms_and_fields_must_be_the_logs() -> None:
    policy = read_target(POLICY, source="p.yaml")
    check_target(policy, ["base", "warm"], FIELDS, "p.yaml")
    with pytest.raises(DeclarationError, match=r"p.yaml: choose\[0\].*'warm'.*Did you mean 'warn'"):
        check_target(policy, ["base", "warn"], FIELDS, "p.yaml")
    misspelt = read_target(POLICY.replace("[web, tv]", "[web, tvs]"), source="p.yaml")
    with pytest.raises(DeclarationError, match=r"choose\[1\].when.device: unknown value 'tvs'.*tv"):
        check_target(misspelt, ["base", "warm"], FIELDS, "p.yaml")
    with pytest.raises(DeclarationError, match=r"choose\[1\].when: .*'plan'"):
        check_target(policy, ["base", "warm"], {"device": ()}, "p.yaml")
