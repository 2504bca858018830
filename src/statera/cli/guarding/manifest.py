"""Write Kubernetes manifests: the guard beside a model server, as YAML, Kustomize or Helm."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import click
from msgspec import structs

from statera.cli.settings import Flag, Lines
from statera.codec.files import read_text, write_bytes
from statera.encoders.runtime import INSTALL
from statera.errors import DeclarationError
from statera.experiment.opened import Opened, open_design
from statera.guard.policy import Policy, policy_path, read_policy
from statera.proxy.keeper import TOXICITY
from statera.proxy.terms import Terms, check_terms
from statera.report.kubernetes.designs import NOTHING, Carried, carry
from statera.report.kubernetes.experimentcharts import experiment_values
from statera.report.kubernetes.experiments import LIVE, SECRETS
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
    "--experiment",
    "designs",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="FILE",
    help="A live experiment to serve; again, or parted by commas, for several.",
)
@click.option(
    "--out",
    cls=Flag,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write files; without it the YAML goes to standard output.",
)
def command(
    layout: Layout, namespace: str | None, designs: tuple[str, ...], out: Path | None, **flags: Any
) -> None:
    """Write what runs a model server in Kubernetes that is reached through its guard only.

    \b
    statera guard manifest | kubectl apply -f -
    statera guard manifest --form sidecar --values mine.yaml --out deploy/
    statera guard manifest --as helm --out chart/
    """
    carried = _carried(designs)
    form, values = flags["form"], flags["values"]
    if layout == "values":
        click.echo(read_text(DEFAULTS) + _stated(carried), nl=False)
        return
    stated = [("--form", form), ("--namespace", namespace), ("--values", values)]
    if layout == "helm":
        _refuse([flag for flag, given in stated if given is not None])
    found = _values(values, form, carried, layout)
    source, rules = _policy(flags["policy"], found)
    found = _with_threshold(found, read_policy(rules, source=source), source, values)
    where = _namespace(NAMESPACE if namespace is None else namespace)
    if out is None:
        if layout != "yaml":
            raise DeclarationError(f"--as {layout} is several files: say where with --out DIR")
        click.echo(stream(found, where, rules, carried), nl=False)
        _tell_secret(found, carried)
        return
    files = _files(layout, found, where, rules, carried)
    _write(out, files)
    told = _NEXT[layout].format(out=out, form=found.form)
    click.echo(f"wrote {len(files)} files to {out}; next: {told}", err=True)
    _tell_secret(found, carried)


def _files(layout: Layout, values: Values, namespace: str, policy: str, carried: Carried) -> Files:
    if layout == "helm":
        return helm_files(policy, values.guard.threshold, carried)
    written = kustomize_files if layout == "kustomize" else plain_files
    return written(values, namespace, policy, carried)


def _values(path: Path | None, form: Form | None, carried: Carried, layout: Layout) -> Values:
    """Return the values; a chart's are checked when it is installed, with what is said then."""
    text, source = ("", str(DEFAULTS)) if path is None else (read_text(path), str(path))
    tried = _stated(carried) if carried.designs and layout != "helm" else None
    found = read_values(text, source=source, experiment=tried)
    return found if form is None else structs.replace(found, form=form)


def _tell_secret(values: Values, carried: Carried) -> None:
    """Say which Secret must be there: no manifest holds what is secret."""
    if carried.designs:
        found = values.experiment
        name = "that experiment.secret names" if found is None else found.secret
        live = [key for _, key in [LIVE] if found is None or found.store == "postgresql"]
        keys = [*live, *(key for _, key in SECRETS), *carried.keys]
        click.echo(f"before that make the Secret {name}, with {', '.join(keys)}", err=True)


def _stated(carried: Carried) -> str:
    return experiment_values(carried) if carried.designs else ""


def _carried(files: tuple[str, ...]) -> Carried:
    """Return the designs, each one that the guard would serve."""
    names = [name.strip() for given in files for name in given.split(",")]
    if not all(names):
        raise DeclarationError("--experiment: a file is named, several are parted by commas")
    opened = [open_design(Path(name)) for name in names]
    for one in opened:
        _check(one)
    return carry(opened) if opened else NOTHING


def _check(opened: Opened) -> None:
    """Raise DeclarationError for arms that the guard would not start with."""
    try:
        arms = import_module("statera.proxy.experiments.arms")
    except ModuleNotFoundError as missing:
        raise DeclarationError(f"the guard needs '{missing.name}'; run: {INSTALL}") from None
    arms.fitness(opened)
    for policy in opened.policies.values():
        path = policy_path(policy)
        read_policy(read_text(path), source=str(path))
    for arm in opened.design.arms:
        if url := arm.model.rpartition("#")[0]:
            try:
                check_terms(Terms(upstream=url))
            except DeclarationError as error:
                raise DeclarationError(f"{opened.source}: arm '{arm.name}': {error}") from None


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
