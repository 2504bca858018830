"""On what terms the guard serves: where upstream is, which ports, how much, how long.

    terms = read_terms(read_text(path), source=str(path))          # a YAML file of these fields
    upstream = read_upstream("unix:/run/model.sock")

A flag, a variable of the environment and a field of the file have the same name.
"""

from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from statera.codec.strict import from_yaml
from statera.errors import DeclarationError

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Bytes = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

MiB = 2**20
LIVE, SPOOL = ".statera/live.sqlite", ".statera/spool"
_EVERYWHERE = ("0.0.0.0", "::")


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that `statera guard serve` is told.

    `policy`: a file; empty for the one that ships. `toxicity_threshold` replaces that of the
    policy's entry `toxicity`. `max_body` and `max_reply` are bytes. `max_inflight` requests are
    answered at a time, `max_queue` more wait for `queue_seconds`; what comes beyond is answered
    with 503. `header_seconds` and `body_seconds`: a client sends its whole header and body in
    these. `connect_seconds`, `read_seconds`: upstream's connection, and its longest silence.
    `idle_seconds`: how long a connection to upstream is kept; shorter than upstream keeps it.
    `drain_seconds`: how long open streams may go on once it is told to end. `events`: `stdout`,
    `none`, or a file to which lines are added. `control_token`: asked for at control; with it
    control also answers on `control_host` other than loopback.

    `experiment`: files of live experiments, parted by commas. `live`: the store that their facts go
    to, "" for `LIVE`; `spool`: where they wait, "" for `SPOOL`. `unit_key` hashes unit ids,
    `feedback_key` signs tokens of feedback; `feedback_token` is what servers bring to report,
    `feedback_origins` are the sites whose pages may, parted by commas; `tester_token` is what
    testers bring to choose an arm.
    """

    upstream: str = "http://127.0.0.1:8000"
    policy: str = ""
    toxicity_threshold: Share | None = None
    host: str = "0.0.0.0"
    port: Port = 8080
    control_host: str = "127.0.0.1"
    control_port: Port = 8081
    control_token: str = ""
    workers: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1
    max_body: Bytes = 8 * MiB
    max_reply: Bytes = 64 * MiB
    max_inflight: Count = 256
    max_queue: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 256
    queue_seconds: Seconds = 30.0
    header_seconds: Seconds = 10.0
    body_seconds: Seconds = 30.0
    connect_seconds: Seconds = 5.0
    read_seconds: Seconds = 600.0
    idle_seconds: Seconds = 4.0
    drain_seconds: Seconds = 100.0
    events: str = "stdout"
    event_key: str = ""
    models: Count = 20
    experiment: str = ""
    live: str = ""
    spool: str = ""
    unit_key: str = ""
    feedback_key: str = ""
    feedback_token: str = ""
    feedback_origins: str = ""
    tester_token: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class Upstream(NamedTuple):
    """Where the model server listens: `base` is its root URL without a slash at the end.

    `socket` is the path of a Unix socket, or empty; `host` and `port` are what connects otherwise.
    """

    base: str
    socket: str
    host: str
    port: int
    prefix: str = ""
    tls: bool = False


def read_terms(text: str, *, source: str) -> Terms:
    """Return the terms in a YAML file, checked; DeclarationError with `source` and place."""
    terms = from_yaml(text, Terms, source=source)
    check_terms(terms)
    return terms


def check_terms(terms: Terms) -> None:
    """Raise DeclarationError for what cannot be served, before anything listens."""
    if _is_itself(read_upstream(terms.upstream), terms):
        raise DeclarationError(
            f"upstream {terms.upstream} is where the guard itself would listen: name the model "
            "server's port, or give the guard another --port"
        )
    if terms.port and terms.port == terms.control_port:
        raise DeclarationError(f"port and control-port are both {terms.port}: choose another")
    if not _is_loopback(terms.control_host) and not terms.control_token:
        raise DeclarationError(
            f"control-host {terms.control_host} is no loopback address: control needs a "
            "control-token there, or 127.0.0.1"
        )


def read_upstream(text: str) -> Upstream:
    """Return where upstream is: `http://HOST:PORT`, or `unix:/PATH` for a Unix socket.

    A path of `/v1` at the end is left out, since clients name it. DeclarationError for the rest.
    """
    if text.startswith("unix:"):
        return _socket(text)
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise DeclarationError(f"upstream {text!r} is no URL: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise DeclarationError(
            f"upstream {text!r}: expected http://HOST:PORT, https://HOST or unix:/PATH"
        )
    if parts.query or parts.fragment or parts.username or parts.password:
        raise DeclarationError("upstream takes no user, password, query or fragment")
    tls = parts.scheme == "https"
    prefix = parts.path.rstrip("/").removesuffix("/v1")
    name = f"[{host}]" if ":" in host else host
    shown = name if port is None else f"{name}:{port}"
    default = 443 if tls else 80
    base = f"{parts.scheme}://{shown}{prefix}"
    return Upstream(base, "", host, default if port is None else port, prefix, tls)


def _socket(text: str) -> Upstream:
    path = text.removeprefix("unix:").removeprefix("//")
    if not path.startswith("/"):
        raise DeclarationError(f"upstream {text!r}: expected unix:/PATH with an absolute path")
    return Upstream("http://localhost", path, "localhost", 80)


def _is_itself(upstream: Upstream, terms: Terms) -> bool:
    """Return whether requests would come back: the guard's own port on this machine."""
    here = _is_loopback(terms.host) or terms.host in _EVERYWHERE
    there = _is_loopback(upstream.host) or upstream.host in _EVERYWHERE
    return here and there and not upstream.socket and upstream.port == terms.port


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
