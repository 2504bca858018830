"""A design with files of every kind, and the documents that carry it."""

from pathlib import Path

from statera.experiment.opened import open_design
from statera.report.kubernetes.designs import Carried, carry
from statera.report.kubernetes.documents import documents
from statera.report.kubernetes.experimentcharts import experiment_values
from statera.report.kubernetes.values import Object, read_values
from tests.deploy.made import NAMESPACE, POLICY

DESIGN = """\
experiment: tone
arms:
  - {name: base, weight: 0.5}
  - {name: warm, weight: 0.25, system_prompt: prompts/warm.txt, policy: strict.yaml}
  - {name: other, weight: 0.25, model: "URL/v1#other", key_env: OTHER_KEY, policy: light}
primary: {outcome: solved, minimum: 0.02}
guardrails: [{outcome: complaint, margin: 0.005}]
"""
_PLAIN = """\
experiment: tone
arms: [{name: base, weight: 0.5}, {name: same, weight: 0.5}]
primary: {outcome: solved, minimum: 0.02}
"""
PROMPT = 'Be warm.\n\n<kind>: "yes" – # not a comment \n'
ALONE = "replicas: 1\nautoscaling: {enabled: false}\nrollout: {maxSurge: 0, maxUnavailable: 1}\n"
SQLITE = f"{ALONE}experiment: {{store: sqlite, spool: {{claim: facts}}}}\n"


def written(
    folder: Path,
    *,
    url: str = "http://other.models.svc:9000",
    name: str = "tone",
    plain: bool = False,
) -> Path:
    """Write the design with its files, or one whose arms are alike, and return its path."""
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts/warm.txt").write_text(PROMPT)
    (folder / "strict.yaml").write_text("name: strict\n")
    path = folder / f"{name}.yaml"
    design = _PLAIN if plain else DESIGN.replace("URL", url)
    path.write_text(design.replace("tone", name))
    return path


def carried(folder: Path, url: str = "http://other.models.svc:9000") -> Carried:
    """Return the design as a deployment carries it."""
    return carry([open_design(written(folder, url=url))])


def tried(text: str, trial: Carried) -> list[Object]:
    """Return the documents that these values give where the design is carried."""
    values = read_values(text, experiment=experiment_values(trial))
    return [one.body for one in documents(values, NAMESPACE, POLICY, trial)]
