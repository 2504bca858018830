import re
from pathlib import Path

import pytest
import yaml

from statera.report.kubernetes.experimentcharts import EXPERIMENT_CHART, INCLUDED, experiment_values
from statera.report.kubernetes.experimentvalues import OWN_VARIABLES
from statera.report.kubernetes.layouts import helm_files
from statera.report.kubernetes.values import CHART
from tests.deploy.trials import carried

TEMPLATES = sorted((EXPERIMENT_CHART / "templates").iterdir())


@pytest.mark.parametrize(("name", "line", "more"), INCLUDED)
def test_a_template_has_the_place_once_and_not_yet_the_line(
    name: str, line: str, more: str
) -> None:
    text = (CHART / "templates" / name).read_text(encoding="utf-8")
    assert text.count(f"{line}\n") == 1
    assert more not in text
    (included,) = re.findall(r'"(experiment\.\w+)"', more)
    assert f'define "{included}"' in TEMPLATES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_value_that_a_template_reads_exists(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    opened = len(re.findall(r"\{\{-? *(?:if|range|with|define) ", text))
    assert opened == len(re.findall(r"\{\{-? *end *-?\}\}", text))
    files = {str(path): text for path, text in helm_files("", None, carried(tmp_path)).items()}
    values = yaml.safe_load(files["values.yaml"])
    for name in re.findall(r"\.Values((?:\.\w+)+)", text):
        place = values
        for key in name[1:].split("."):
            assert key in place, f"{path.name}: .Values{name}"
            place = place[key]


def test_the_chart_refuses_the_variables_that_the_command_refuses() -> None:
    text = TEMPLATES[0].read_text(encoding="utf-8")
    (listed,) = re.findall(r"has \$name \(list ([^)]*)\)", text)
    assert tuple(re.findall(r'"(\w+)"', listed)) == OWN_VARIABLES


def test_the_values_say_what_the_designs_say(tmp_path: Path) -> None:
    trial = carried(tmp_path / "x")
    found = yaml.safe_load(experiment_values(trial))["experiment"]
    assert (found["designs"], found["keys"]) == (trial.designs, trial.keys)
    assert found["endpoints"] == trial.endpoints
