from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.report.kubernetes.experimentcharts import experiment_values
from statera.report.kubernetes.values import Values, read_values, schema
from tests.deploy.trials import ALONE, SQLITE, carried

WITHOUT = "autoscaling: {enabled: false}\nreplicas: 1\n"


@pytest.fixture
def stated(tmp_path: Path) -> str:
    return experiment_values(carried(tmp_path / "x"))


def read(text: str, stated: str) -> Values:
    return read_values(text, source="mine.yaml", experiment=stated)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("experiment: {store: sqlite}", "is sqlite and up to 8 pods would share it: PostgreSQL is "
         "needed (store: postgresql), or one pod alone"),
        (f"{WITHOUT}experiment: {{store: sqlite}}", "two pods, while a rollout lasts, would share"),
        (f"{ALONE}experiment: {{store: sqlite}}", "sqlite would end with its pod"),
        ("experiment: {spool: {claim: facts}}", "'facts' would be mounted by up to 8 pods"),
        ("experiment: {endpoints: {'api.example.com:443': {}}}", "{port: 443, protocol: TCP}"),
        ("guard: {env: {STATERA_GUARD_UNIT_KEY: x}}", "'STATERA_GUARD_UNIT_KEY' at `$.guard.env`"),
        ("experiment: {secret: My Secret}", "at `$.experiment.secret`"),
        ("experiment: {secrets: x}", "Did you mean 'secret'?"),
        ("experiment: {database: {to: []}}", "at `$.experiment.database.to`"),
        ("experiment: {spool: {size: 4GB}}", "at `$.experiment.spool.size`"),
        ("experiment: null", "`$.experiment` must be a mapping"),
    ],
)  # fmt: skip
def test_every_mistake_is_one_line(text: str, told: str, stated: str) -> None:
    with pytest.raises(DeclarationError) as error:
        read(text, stated)
    assert str(error.value).startswith("mine.yaml")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_one_pod_alone_may_keep_its_facts_in_a_file(stated: str) -> None:
    found = read(SQLITE, stated).experiment
    assert found is not None
    assert (found.store, found.spool.claim, found.spool.size) == ("sqlite", "facts", "4Gi")


def test_the_designs_are_those_that_are_carried(stated: str) -> None:
    found = read("experiment: {designs: [old/old.yaml], keys: [], secret: mine}", stated).experiment
    assert found is not None
    assert (found.designs, found.keys, found.secret) == (["tone/tone.yaml"], ["OTHER_KEY"], "mine")


def test_without_designs_nothing_can_be_said_of_experiments() -> None:
    with pytest.raises(DeclarationError, match="name them with --experiment FILE"):
        read_values("experiment: {secret: mine}", source="mine.yaml")
    assert read_values().experiment is None
    assert "Experiment" not in schema()["$defs"]
    assert {"Experiment", "Database", "Spool"} <= set(schema(experiment=True)["$defs"])
