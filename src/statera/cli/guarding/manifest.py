"""Write Kubernetes manifests: the guard beside a model server, as YAML, Kustomize or Helm."""

import re
from pathlib import Path
from typing import get_args

import click
from msgspec import structs

from statera.cli.settings import Flag
from statera.codec.files import read_text, write_bytes
from statera.errors import DeclarationError
from statera.guard.policy import Policy, policy_path, read_policy
from statera.proxy.keeper import TOXICITY
from statera.report.kubernetes.layouts import (
    Files,
    Layout,
    helm_files,
    kustomize_files,
    plain_files,
    stream,
)
from statera.report.kubernetes.values import (
    DEFAULTS,
    Form,
    Values,
    read_values,
    states_threshold,
)

NAMESPACE = "production"
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_NEXT = {
    "yaml": "kubectl apply -f {out}",
    "kustomize": "kubectl apply -k {out}/overlays/{form}",
    "helm": "helm install genai-backend {out} --namespace " + NAMESPACE,
}


@click.command("manifest")
@click.option(
    "--as",
    "layout",
    cls=Flag,
    type=click.Choice(get_args(Layout)),
    default="yaml",
    show_default=True,
    help="Plain YAML, a Kustomize base with overlays, a Helm chart, or the values to start from.",
)
@click.option(
    "--form",
    cls=Flag,
    type=click.Choice(get_args(Form)),
    help="plain: two containers (default). sidecar: the guard starts first and ends last.",
)
@click.option("--namespace", cls=Flag, help=f"Where it runs.  [default: {NAMESPACE}]")
@click.option(
    "--values",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What differs from what --as values prints: images, weights, sizes, limits.",
)
@click.option(
    "--policy",
    cls=Flag,
    metavar="FILE|NAME",
    help="The guard's policy; `default` and `light` ship.  [default: default]",
)
@click.option(
    "--out",
    cls=Flag,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write files; without it the YAML goes to standard output.",
)
def command(
    layout: Layout,
    form: Form | None,
    namespace: str | None,
    values: Path | None,
    policy: str | None,
    out: Path | None,
) -> None:
    """Write what runs a model server in Kubernetes that is reached through its guard only.

    \b
    statera guard manifest | kubectl apply -f -
    statera guard manifest --form sidecar --values mine.yaml --out deploy/
    statera guard manifest --as helm --out chart/
    """
    if layout == "values":
        click.echo(read_text(DEFAULTS), nl=False)
        return
    stated = [("--form", form), ("--namespace", namespace), ("--values", values)]
    if layout == "helm":
        _refuse([flag for flag, given in stated if given is not None])
    found = _values(values, form)
    source, rules = _policy(policy, found)
    found = _with_threshold(found, read_policy(rules, source=source), source, values)
    where = _namespace(NAMESPACE if namespace is None else namespace)
    if out is None:
        if layout != "yaml":
            raise DeclarationError(f"--as {layout} is several files: say where with --out DIR")
        click.echo(stream(found, where, rules), nl=False)
        return
    files = _files(layout, found, where, rules)
    _write(out, files)
    told = _NEXT[layout].format(out=out, form=found.form)
    click.echo(f"wrote {len(files)} files to {out}; next: {told}", err=True)


def _files(layout: Layout, values: Values, namespace: str, policy: str) -> Files:
    if layout == "helm":
        return helm_files(policy, values.guard.threshold)
    written = kustomize_files if layout == "kustomize" else plain_files
    return written(values, namespace, policy)


def _values(path: Path | None, form: Form | None) -> Values:
    found = read_values() if path is None else read_values(read_text(path), source=str(path))
    return found if form is None else structs.replace(found, form=form)


def _policy(name: str | None, values: Values) -> tuple[str, str]:
    """Return where the policy stands and its text: --policy > values > ours."""
    if name is None and values.policy:
        return "`$.policy` of the values", values.policy
    path = policy_path(name or "default")
    return str(path), read_text(path)


def _with_threshold(values: Values, policy: Policy, source: str, stated: Path | None) -> Values:
    """Return the values with the policy's own threshold, unless a file of values says one."""
    own = next((one.threshold for one in policy.detectors if one.name == TOXICITY), None)
    if stated is not None and states_threshold(read_text(stated)):
        if own is None and values.guard.threshold is not None:
            raise DeclarationError(
                f"{stated}: `$.guard.threshold` is given and no detector of {source} is named "
                f"'{TOXICITY}': leave it out"
            )
        return values
    return structs.replace(values, guard=structs.replace(values.guard, threshold=own))


def _namespace(name: str) -> str:
    if not _NAMESPACE.fullmatch(name):
        raise DeclarationError(
            f"--namespace '{name}': lower-case letters, digits and '-', at most 63"
        )
    return name


def _refuse(flags: list[str]) -> None:
    if flags:
        raise DeclarationError(
            f"{flags[0]} is not for a chart, which takes it when it is installed: "
            "helm install NAME DIR --namespace NAMESPACE --values FILE --set form=sidecar"
        )


def _write(folder: Path, files: Files) -> None:
    for path, text in files.items():
        try:
            write_bytes(folder / path, text.encode())
        except OSError as error:
            told = error.strerror or error
            raise DeclarationError(f"{folder / path}: cannot be written: {told}") from None
