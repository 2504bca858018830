"""What Helm makes of the chart: the same documents as the command, where this machine has it."""

import re
from importlib.metadata import version
from pathlib import Path
from textwrap import indent

import pytest
import yaml

from statera.report.kubernetes.layouts import helm_files
from statera.report.kubernetes.values import CHART, OWN_NAMES, Object, read_values
from tests.deploy.made import CASES, NAMESPACE, POLICY, by_name, made, read, run

NAMES = re.compile(r'"((?:TARGET|TOXICITY|STATERA)_[A-Z_]+)"')
TEMPLATES = sorted((CHART / "templates").iterdir())

OTHERS = (
    "autoscaling: {enabled: false}\nmonitoring: {enabled: false}",
    "name: chat\nversion: 12e4567\nreplicas: 5\nuser: 1000790000\nnodeSelector: {gpu: h100}",
    "model: {env: {HOME: /models, EXTRA: '1'}, gpus: 2, startSeconds: 605, command: [serve, it]}",
    "guard: {env: {OTEL_SERVICE_NAME: chat}, threshold: 0.5, limits: {memory: 3Gi}}",
    "form: sidecar\nguard: {threshold: null}",
    "drain: {waitSeconds: 300, graceSeconds: 400}\nrollout: {maxSurge: 0, maxUnavailable: 25%}",
    "network: {callers: [{podSelector: {}}], egress: [{to: [{podSelector: {}}]}]}\ntolerations: []",
)
OURS = "name: ours\ndetectors:\n  - {name: toxicity, use: classifier, with: {head: toxicity}}\n"


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    for path, text in helm_files(POLICY, 0.85).items():
        file = tmp_path / "chart" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "chart"


def template(helm: str, chart: Path, said: str) -> tuple[list[Object], str]:
    values = chart.parent / "mine.yaml"
    values.write_text(said or "{}")
    done = run(helm, "template", "x", str(chart), "-n", NAMESPACE, "-f", str(values))
    return read(done.stdout), done.stderr


@pytest.mark.parametrize("said", ["", *CASES, *OTHERS])
def test_the_chart_gives_the_documents_of_the_command(said: str, chart: Path, helm: str) -> None:
    found, error = template(helm, chart, said)
    assert not error
    assert by_name(found) == by_name(made(said))


def test_a_policy_among_the_values_takes_the_place_of_the_one_that_ships(
    chart: Path, helm: str
) -> None:
    for policy, terms in ((OURS, ""), ("name: ours\n", "guard: {threshold: null}\n")):
        said = f"{terms}policy: |\n{indent(policy, '  ')}"
        found, error = template(helm, chart, said)
        assert not error
        data = [one["data"] for one in found if one["metadata"]["name"].endswith("-policy")]
        assert data == [{"policy.yaml": policy}]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("replica: 5", "additional properties 'replica' not allowed"),
        ("replicas: three", "got string, want integer"),
        ("model: {args: [--host=0.0.0.0]}", "where the model listens is said by model.listen"),
        ("guard: {env: {TARGET_UPSTREAM: x}}", "'TARGET_UPSTREAM' in guard.env is not"),
        ("drain: {waitSeconds: 140}", "drain.waitSeconds must leave 15 s"),
        (
            "policy: 'name: ours'",
            "guard.threshold is given and no detector of policy is named 'tox",
        ),
        ("autoscaling: {maxReplicas: 2}", "autoscaling.maxReplicas is below replicas"),
    ],
)
def test_what_the_command_refuses_the_chart_refuses(
    said: str, told: str, chart: Path, helm: str
) -> None:
    found, error = template(helm, chart, said)
    assert not found
    assert told in error


def test_the_chart_passes_helms_own_check(chart: Path, helm: str) -> None:
    done = run(helm, "lint", "--strict", str(chart))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_value_that_a_template_reads_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "{{" not in re.sub(r"\{\{.*?\}\}", "", text)
    opened = len(re.findall(r"\{\{-? *(?:if|range|with|define) ", text))
    assert opened == len(re.findall(r"\{\{-? *end *-?\}\}", text))
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    for name in re.findall(r"\.Values((?:\.\w+)+)", text):
        place = values
        for key in name[1:].split("."):
            assert key in place, f"{path.name}: .Values{name}"
            place = place[key]


def test_the_chart_refuses_the_variables_that_the_command_refuses() -> None:
    text = (CHART / "templates" / "_shared.tpl").read_text(encoding="utf-8")
    assert tuple(NAMES.findall(text)) == OWN_NAMES


def test_the_chart_is_of_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["version"] == chart["appVersion"] == version("statera")
    assert read_values().guard.image == f"statera-guard:{version('statera')}"
