"""Files of a deployment: plain YAML, a Kustomize base with overlays, or a Helm chart."""

import json
import re
from pathlib import PurePosixPath
from typing import Literal

from msgspec import structs

from statera.report.kubernetes.access import scripts
from statera.report.kubernetes.designs import NOTHING, Carried
from statera.report.kubernetes.documents import Document, documents
from statera.report.kubernetes.experimentcharts import chart_files, experimenting
from statera.report.kubernetes.guardcontainer import guard_container
from statera.report.kubernetes.values import CHART, Object, Values, schema
from statera.report.kubernetes.yamltext import to_yaml

Layout = Literal["yaml", "kustomize", "helm", "values"]
Files = dict[PurePosixPath, str]

_METRICS = ("autoscaler", "servicemonitor")
"""What needs something installed in the cluster: a Kustomize component of its own."""
_KUSTOMIZE = "kustomize.config.k8s.io"
_NOTES = {
    "base": "Two containers, without what needs a metrics adapter or the Prometheus Operator.",
    "component": "The number of pods by requests in flight, and the metrics: see the files.",
    "plain": "Two containers.",
    "sidecar": "The guard as a native sidecar: it starts before the model and ends after it.",
}


def stream(values: Values, namespace: str, policy: str, carried: Carried = NOTHING) -> str:
    """Return all documents as one stream of YAML; `carried`: live experiments."""
    return "---\n".join(_text(one) for one in documents(values, namespace, policy, carried))


def plain_files(values: Values, namespace: str, policy: str, carried: Carried = NOTHING) -> Files:
    """Return a file for each document."""
    return {_file(one): _text(one) for one in documents(values, namespace, policy, carried)}


def kustomize_files(
    values: Values, namespace: str, policy: str, carried: Carried = NOTHING
) -> Files:
    """Return a base, a component with what is about metrics, and an overlay for each form."""
    plain = structs.replace(values, form="plain")
    found = list(documents(plain, namespace, policy, carried))
    base = [one for one in found if one.file not in _METRICS]
    metrics = [one for one in found if one.file in _METRICS]
    files = {"base" / _file(one): _text(one) for one in base}
    files |= {"components/metrics" / _file(one): _text(one) for one in metrics}
    files["base" / _KUSTOMIZATION] = _kustomization("base", resources=_names(base))
    if metrics:
        files["components/metrics" / _KUSTOMIZATION] = _kustomization(
            "component", resources=_names(metrics)
        )
    below: Object = {"resources": ["../../base"]}
    below |= {"components": ["../../components/metrics"]} if metrics else {}
    files["overlays/plain" / _KUSTOMIZATION] = _kustomization("plain", **below)
    patch = _sidecar_patch(values, namespace)
    files[PurePosixPath("overlays/sidecar/guard.yaml")] = to_yaml(patch, _PATCH)
    files["overlays/sidecar" / _KUSTOMIZATION] = _kustomization(
        "sidecar", **below, patches=[{"path": "guard.yaml"}]
    )
    return files


def helm_files(policy: str, threshold: float | None, carried: Carried = NOTHING) -> Files:
    """Return the chart: its templates, its values with their schema, scripts and the policy.

    `threshold` is that of the policy's `toxicity`, None where it has none.
    """
    files = chart_files(CHART)
    values = files[_VALUES]
    stated = f"{_THRESHOLD}: {'null' if threshold is None else threshold}"
    files[_VALUES] = re.sub(rf"\b{_THRESHOLD}: \S+$", stated, values, count=1, flags=re.M)
    files |= {PurePosixPath("files") / name: text for name, text in scripts().items()}
    files[PurePosixPath("files/policy.yaml")] = policy
    files[PurePosixPath("values.schema.json")] = (
        json.dumps(schema(experiment=bool(carried.designs)), indent=2) + "\n"
    )
    return experimenting(files, carried) if carried.designs else files


_VALUES = PurePosixPath("values.yaml")
_THRESHOLD = "threshold"
_KUSTOMIZATION = PurePosixPath("kustomization.yaml")
_PATCH = "Moves the guard from the containers to the init containers."


def _kustomization(which: str, **content: object) -> str:
    version, kind = ("v1alpha1", "Component") if which == "component" else ("v1beta1", _KIND)
    head = {"apiVersion": f"{_KUSTOMIZE}/{version}", "kind": kind}
    return to_yaml(head | content, _NOTES[which])


_KIND = "Kustomization"


def _sidecar_patch(values: Values, namespace: str) -> Object:
    guard = guard_container(structs.replace(values, form="sidecar"))
    pod = {
        "initContainers": [guard],
        "containers": [{"name": guard["name"], "$patch": "delete"}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": values.name, "namespace": namespace},
        "spec": {"template": {"spec": pod}},
    }


def _file(document: Document) -> PurePosixPath:
    return PurePosixPath(f"{document.file}.yaml")


def _names(found: list[Document]) -> list[str]:
    return [str(_file(one)) for one in found]


def _text(document: Document) -> str:
    return to_yaml(document.body, document.note)
