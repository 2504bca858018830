"""The designs of live experiments as a deployment carries them: their files, and whom arms ask.

    carried = carry([open_design(path) for path in paths])
    carried.files["tone/warm.txt"], carried.endpoints["candidate.models.svc:8000"]

Every experiment has a folder of its name, in which its files lie to one another as they did.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from statera.codec.files import YAML, read_text
from statera.errors import DeclarationError
from statera.experiment.design import Arm
from statera.experiment.layers import check_layers
from statera.experiment.opened import Opened
from statera.report.kubernetes.experimentvalues import Rule

MOST_BYTES = 1_000_000
"""A ConfigMap holds 1 MiB, its own description included."""
_NAME = re.compile(r"[-_A-Za-z0-9][-._A-Za-z0-9]*(/[-_A-Za-z0-9][-._A-Za-z0-9]*)*")
_LOCAL = "localhost"


class Carried(NamedTuple):
    """`designs` and `files` (text by path) below one folder; `keys`: variables of endpoints.

    `endpoints`: egress rules by HOST:PORT of the arms' own endpoints, empty where none can be told.
    """

    designs: list[str]
    files: dict[str, str]
    keys: list[str]
    endpoints: dict[str, Rule]


NOTHING = Carried([], {}, [], {})


def carry(opened: Sequence[Opened]) -> Carried:
    """Return what a deployment carries of these designs.

    DeclarationError for designs that cannot run beside each other, a file that lies above its
    design or whose name a ConfigMap cannot hold, and for more than it holds.
    """
    check_layers([one.design for one in opened])
    files: dict[str, str] = {}
    for one in opened:
        for name in _names(one):
            files[f"{one.design.experiment}/{name}"] = read_text(Path(one.source).parent / name)
    size = sum(len(text.encode()) for text in files.values())
    if size > MOST_BYTES:
        raise DeclarationError(
            f"designs, prompts and policies have {size:,} bytes: a ConfigMap holds {MOST_BYTES:,}"
        )
    if len({key_of(path) for path in files}) < len(files):
        raise DeclarationError("files of a design are told apart by '.' and '/' alone: rename one")
    arms = [arm for one in opened for arm in one.design.arms]
    return Carried(
        [f"{one.design.experiment}/{Path(one.source).name}" for one in opened],
        dict(sorted(files.items())),
        list(dict.fromkeys(arm.key_env for arm in arms if arm.key_env)),
        dict(found for arm in arms for found in _endpoint(arm)),
    )


def key_of(path: str) -> str:
    """Return the key of a file in a ConfigMap, which knows no folders."""
    return path.replace("/", ".")


def digest_of(carried: Carried) -> str:
    """Return 64 hexadecimal digits over all files; the chart's template counts them alike."""
    return sha256("".join(f"{p}\n{t}\n" for p, t in carried.files.items()).encode()).hexdigest()


def _names(one: Opened) -> list[str]:
    """Return the files of a design, itself first, as they are named from where it lies."""
    arms = one.design.arms
    named = [Path(one.source).name, *(arm.system_prompt for arm in arms if arm.system_prompt)]
    named += [arm.policy for arm in arms if arm.policy.endswith(YAML)]
    for name in named:
        if not _NAME.fullmatch(name):
            raise DeclarationError(
                f"{one.source}: '{name}' cannot be carried into a cluster. Allowed: a path beside "
                "or below the design, of letters, digits, '.', '-', '_' and '/'"
            )
    return list(dict.fromkeys(named))


def _endpoint(arm: Arm) -> Iterator[tuple[str, Rule]]:
    """Yield where an arm's own endpoint is, unless it is in the pod, and the way to it."""
    parts = urlsplit(arm.model.rpartition("#")[0])
    host = parts.hostname or _LOCAL
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not _is_here(host):
        ports = [{"port": port, "protocol": "TCP"}]
        yield f"{host}:{port}", {"to": peers, "ports": ports} if (peers := _peers(host)) else {}


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == _LOCAL


def _peers(host: str) -> list[Rule]:
    """Return the address, or all pods in the namespace of a Service; nothing for other names.

    A Service is named as `name`, `name.namespace.svc` or longer.
    """
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        return [{"ipBlock": {"cidr": f"{address}/{address.max_prefixlen}"}}]
    match host.split("."):
        case [_]:
            return [{"podSelector": {}}]
        case [_, namespace, "svc", *_]:
            label = {"kubernetes.io/metadata.name": namespace}
            return [{"namespaceSelector": {"matchLabels": label}}]
    return []
