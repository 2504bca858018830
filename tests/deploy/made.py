"""The documents of every deployment that is made here, each way that they can be said."""

import json
import subprocess
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import yaml

from statera.report.kubernetes.documents import documents
from statera.report.kubernetes.values import Object, read_values

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NAMESPACE = "production"
POLICY = "name: tested\n"
FORMS = ("plain", "sidecar")
CASES = tuple(
    f"form: {form}\nmodel: {{listen: {listen}}}"
    for form, listen in product(FORMS, ("loopback", "socket"))
)


def made(text: str) -> list[Object]:
    """Return the documents that these values give."""
    return [one.body for one in documents(read_values(text), NAMESPACE, POLICY)]


def of_kind(found: Iterable[Object], kind: str) -> Object:
    """Return the only document of a kind."""
    (one,) = [body for body in found if body["kind"] == kind]
    return one


def read(text: str) -> list[Object]:
    """Return the documents of a stream of YAML."""
    return [body for body in yaml.safe_load_all(text) if body]


def by_name(found: Iterable[Object]) -> dict[tuple[str, str], Object]:
    """Return the documents by kind and name: their order does not matter to a cluster."""
    return {(one["kind"], one["metadata"]["name"]): json.loads(json.dumps(one)) for one in found}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Return what a command said."""
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
