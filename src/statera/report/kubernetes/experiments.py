"""What live experiments add to the pod: designs, keys from a Secret, a spool, and ways out.

Nothing where the values name no design.
"""

from statera.report.kubernetes import pod
from statera.report.kubernetes.designs import Carried, digest_of, key_of
from statera.report.kubernetes.experimentvalues import Experiment
from statera.report.kubernetes.values import Object, Values

FOLDER = "/etc/experiments"
DATA_FOLDER = "/var/lib/statera"
DIGEST = "statera-experiments"
"""The annotation by which pods are made anew when a design changes: it is read at the start."""
SECRETS = (
    ("STATERA_GUARD_UNIT_KEY", "unit_key"),
    ("STATERA_GUARD_FEEDBACK_KEY", "feedback_key"),
    ("STATERA_GUARD_FEEDBACK_TOKEN", "feedback_token"),
)
TESTERS = ("STATERA_GUARD_TESTER_TOKEN", "tester_token")
LIVE = ("STATERA_LIVE", "live")
_CLAIM_POLICY = "OnRootMismatch"


def served(values: Values) -> Experiment | None:
    """Return what is said of experiments where any is served."""
    found = values.experiment
    return found if found is not None and found.designs else None


def config_map(values: Values, namespace: str, carried: Carried) -> Object:
    """Return the ConfigMap with the designs, their prompts and the policies of their arms."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": pod.metadata(values, namespace, "-experiments"),
        "data": {key_of(path): text for path, text in carried.files.items()},
    }


def variables(values: Values) -> list[Object]:
    """Return the guard's variables; what is secret comes from the Secret alone."""
    if (found := served(values)) is None:
        return []
    places = ",".join(f"{FOLDER}/{path}" for path in found.designs)
    stated: list[Object] = [
        {"name": "STATERA_GUARD_EXPERIMENT", "value": places},
        {"name": "STATERA_GUARD_SPOOL", "value": f"{DATA_FOLDER}/spool"},
    ]
    secret = [*SECRETS, *((name, name) for name in found.keys)]
    if found.store == "postgresql":
        secret.insert(0, LIVE)
    else:
        stated.append({"name": LIVE[0], "value": f"{DATA_FOLDER}/live.sqlite"})
    stated += [_from(found, name, key) for name, key in secret]
    return [*stated, _from(found, *TESTERS, optional=True)]


def mounts(values: Values) -> list[Object]:
    """Return where the guard finds designs and keeps facts."""
    if served(values) is None:
        return []
    return [
        {"name": "experiments", "mountPath": FOLDER, "readOnly": True},
        {"name": "experiment-data", "mountPath": DATA_FOLDER},
    ]


def volumes(values: Values, carried: Carried) -> list[Object]:
    """Return the designs in their folders, and the place of the spool."""
    if (found := served(values)) is None:
        return []
    items = [{"key": key_of(path), "path": path} for path in carried.files]
    kept: Object = (
        {"persistentVolumeClaim": {"claimName": found.spool.claim}}
        if found.spool.claim
        else {"emptyDir": {"sizeLimit": found.spool.size}}
    )
    return [
        {
            "name": "experiments",
            "configMap": {"name": f"{values.name}-experiments", "items": items},
        },
        {"name": "experiment-data", **kept},
    ]


def group(values: Values) -> Object:
    """Return the group of the pod's volumes: a claim belongs to root otherwise."""
    if (found := served(values)) is None or not found.spool.claim:
        return {}
    return {"fsGroup": values.user, "fsGroupChangePolicy": _CLAIM_POLICY}


def annotations(values: Values, carried: Carried) -> dict[str, str]:
    """Return the digest of the designs."""
    return {} if served(values) is None else {DIGEST: digest_of(carried)}


def egress(values: Values) -> list[Object]:
    """Return the ways to the database and to the arms' own endpoints."""
    if (found := served(values)) is None:
        return []
    base = found.database
    rules = [{"to": base.to, "ports": [{"port": base.port, "protocol": "TCP"}]}]
    return [
        *(rules if found.store == "postgresql" else []),
        *(rule for _, rule in sorted(found.endpoints.items()) if rule),
    ]


def _from(found: Experiment, name: str, key: str, *, optional: bool = False) -> Object:
    more: Object = {"optional": True} if optional else {}
    place = {"name": found.secret, "key": key, **more}
    return {"name": name, "valueFrom": {"secretKeyRef": place}}
