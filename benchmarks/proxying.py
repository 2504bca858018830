"""What the guard costs beside the model: CPU, time and memory, next to a plain pass-through.

    python -m benchmarks proxying --server mock_server --peers envs

All proxies are in front of the same endpoint in the same run, round by round in turn: the guard
without and with its classifier, a pass-through on the same server (`benchmarks.passthrough`), and
LiteLLM where `--peers` has an environment `v-litellm`. Load is made by `wrk`.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks import wrk
from benchmarks.process import STATERA
from benchmarks.report import table
from benchmarks.server import Server, free_port
from benchmarks.setting import ROOT, Setting

SECONDS = 4
CONNECTIONS = (1, 16)
CHAT = "/v1/chat/completions"
LIGHT = ROOT / "src" / "statera" / "guard" / "policies" / "light.yaml"
GUARD, CLASSIFIED, PLAIN, LITELLM = (
    "the guard, without classifier",
    "the guard, as it ships",
    "a pass-through (uvicorn, aiohttp)",
    "LiteLLM",
)
TARGET_CPU, TARGET_ADDED, TARGET_RATE, TARGET_LITELLM = 2.0, 0.5, 0.5, 30.0


class Proxy:
    """A running proxy; `started` is how many seconds it took to answer."""

    def __init__(self, name: str, command: Sequence[str], port: int, environ: Mapping[str, str],
                 cwd: Path) -> None:  # fmt: skip
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        began = time.monotonic()
        self._log = (cwd / f"proxy-{port}.log").open("wb")
        self.process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **environ}, stdout=self._log, stderr=self._log,
            start_new_session=True,
        )  # fmt: skip
        self._wait(began + 240)
        self.started = time.monotonic() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self._log.close()

    def _wait(self, deadline: float) -> None:
        body = b'{"model":"mock","messages":[{"role":"user","content":"Question item-000001"}]}'
        headers = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
        request = urllib.request.Request(self.url + CHAT, body, headers)
        while True:
            try:
                urllib.request.urlopen(request, timeout=30).close()
                return
            except (urllib.error.URLError, OSError) as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{self.name} did not start: {error}") from error
                time.sleep(0.05)


class Row(NamedTuple):
    """A proxy under one load: medians of the rounds; `added` is to the median latency, in ms."""

    name: str
    connections: int
    stream: bool
    cpu: float
    rate: float
    p50: float
    p99: float
    added: float
    rss: float
    started: float


KEY = "sk-" + secrets.token_hex(16)


def measure(setting: Setting) -> str:
    """Measure all proxies, round by round in turn."""
    if not wrk.available():
        setting.skip("proxies", "no wrk")
        return ""
    with ExitStack() as stack:
        server = stack.enter_context(Server.start(setting.server))
        server.configure()
        proxies = [stack.enter_context(one()) for one in _proxies(setting, server)]
        script = wrk.write_script(setting.work)
        rows = [
            row
            for stream in ((False, True) if setting.server else (False,))
            for connections in CONNECTIONS
            for row in _rows(setting, server, proxies, script, connections, stream)
        ]
    return "\n\n".join([_words(server, rows), _table(rows)])


def _proxies(setting: Setting, server: Server) -> list[Callable[[], Proxy]]:
    made = [
        lambda: _guard(setting, server, GUARD, LIGHT),
        lambda: _guard(setting, server, CLASSIFIED, LIGHT.with_name("default.yaml")),
        lambda: _plain(setting, server),
    ]
    if setting.peers is None or not (setting.peers / "v-litellm" / "bin" / "litellm").exists():
        setting.skip(LITELLM, "no v-litellm in --peers")
    else:
        made.append(lambda: _litellm(setting, server))
    return made


def _guard(setting: Setting, server: Server, name: str, policy: Path) -> Proxy:
    """Start the guard with events written to a file, metrics on."""
    port = free_port()
    command = [
        STATERA, "guard", "serve", "--upstream", server.base, "--policy", str(policy), "--host",
        "127.0.0.1", "--port", str(port), "--control-port", "0", "--events",
        str(setting.work / f"events-{port}.jsonl"),
    ]  # fmt: skip
    return Proxy(name, command, port, {}, setting.work)


def _plain(setting: Setting, server: Server) -> Proxy:
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "benchmarks.passthrough:app", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error",
        "--lifespan", "off",
    ]  # fmt: skip
    return Proxy(
        PLAIN, command, port, {"UPSTREAM": server.base, "PYTHONPATH": str(ROOT)}, setting.work
    )


def _litellm(setting: Setting, server: Server) -> Proxy:
    assert setting.peers is not None
    port = free_port()
    config = setting.work / "litellm.yaml"
    config.write_text(_LITELLM.format(url=server.url), encoding="utf-8")
    program = str(setting.peers / "v-litellm" / "bin" / "litellm")
    command = [program, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    environ = {
        "LITELLM_MASTER_KEY": KEY, "LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True", "DO_NOT_TRACK": "1", "NO_DOCS": "True",
    }  # fmt: skip
    return Proxy(LITELLM, [*command, "--num_workers", "1"], port, environ, setting.work)


_LITELLM = """
model_list:
  - model_name: mock
    litellm_params: {{model: openai/mock, api_base: "{url}", api_key: sk-mock}}
litellm_settings: {{drop_params: true, telemetry: false}}
"""


def _rows(
    setting: Setting,
    server: Server,
    proxies: Sequence[Proxy],
    script: Path,
    connections: int,
    stream: bool,
) -> list[Row]:
    found: dict[str, list[tuple[wrk.Load, float, float]]] = {one.name: [] for one in proxies}
    direct: list[wrk.Load] = []
    environ = {"API_KEY": KEY}
    for _ in range(setting.rounds):
        direct.append(
            wrk.run(server.base + CHAT, script, connections=connections, seconds=SECONDS // 2,
                    stream=stream, environ=environ)
        )  # fmt: skip
        for proxy in proxies:
            before = wrk.usage(proxy.process.pid)
            load = wrk.run(
                proxy.url + CHAT, script, connections=connections, seconds=SECONDS,
                stream=stream, environ=environ,
            )  # fmt: skip
            after = wrk.usage(proxy.process.pid)
            if load.bad:
                raise SystemExit(f"{proxy.name}: {load.bad} answers were no success")
            cpu = 1000 * (after.cpu - before.cpu) / max(1, load.requests)
            found[proxy.name].append((load, cpu, after.rss))
    base = median(one.p50 for one in direct)
    return [_row(proxy, found[proxy.name], base, connections, stream) for proxy in proxies]


def _row(
    proxy: Proxy,
    runs: Sequence[tuple[wrk.Load, float, float]],
    direct: float,
    connections: int,
    stream: bool,
) -> Row:
    p50 = median(load.p50 for load, _, _ in runs)
    return Row(
        name=proxy.name,
        connections=connections,
        stream=stream,
        cpu=median(cpu for _, cpu, _ in runs),
        rate=median(load.rate for load, _, _ in runs),
        p50=p50,
        p99=median(load.p99 for load, _, _ in runs),
        added=p50 - direct,
        rss=max(rss for _, _, rss in runs),
        started=proxy.started,
    )


def _words(server: Server, rows: Sequence[Row]) -> str:
    at = {(row.name, row.connections): row for row in rows if not row.stream}
    ours, plain, alone = at[GUARD, 16], at[PLAIN, 16], at[GUARD, 1]
    cpu, rate = ours.cpu / plain.cpu, ours.rate / plain.rate
    added = alone.p50 - at[PLAIN, 1].p50
    said = (
        f"Short chat completions, each different, at {server.name} without latency. Its replies "
        f"are one of four letters, so that the verdict cache answers for these. Policy, events and "
        f"metrics on; medians of the rounds. Without its classifier the guard takes "
        f"**{ours.cpu:.3f} ms** of CPU a request, **{cpu:.2f} times** the pass-through of the same "
        f"run ({_met(cpu <= TARGET_CPU)}: at most {TARGET_CPU:g}), has **{rate:.2f}** of its "
        f"throughput ({_met(rate >= TARGET_RATE)}: at least {TARGET_RATE:g}), and adds "
        f"**{alone.added:.2f} ms** to the median, {added:.2f} more than the pass-through "
        f"({_met(alone.added <= TARGET_ADDED)}: at most {TARGET_ADDED:g}); up after "
        f"{ours.started:.1f} s, {ours.rss:.0f} MiB."
    )
    if (LITELLM, 16) in at:
        times = ours.rate / at[LITELLM, 16].rate
        said += (
            f" It answers **{times:.0f} times** as many requests a second as LiteLLM "
            f"({_met(times >= TARGET_LITELLM)}: at least {TARGET_LITELLM:g})."
        )
    shipped = at[CLASSIFIED, 16]
    return said + (
        f" With its classifier it answers {shipped.rate:.0f} requests a second on one core for "
        f"these texts of about ten tokens, {shipped.cpu:.1f} ms of CPU each: that is the "
        f"classifier's own time, and the ceiling; up after {shipped.started:.1f} s, "
        f"{shipped.rss:.0f} MiB."
    )


def _met(true: bool) -> str:
    return "met" if true else "missed"


def _table(rows: Sequence[Row]) -> str:
    head = (
        "proxy", "reply", "connections", "CPU ms a request", "requests a second", "p50 ms",
        "p99 ms", "added p50 ms", "MiB", "up after s",
    )  # fmt: skip
    return table(
        head,
        [
            (
                row.name, "stream" if row.stream else "whole", row.connections, f"{row.cpu:.3f}",
                f"{row.rate:,.0f}", f"{row.p50:.2f}", f"{row.p99:.1f}", f"{row.added:.2f}",
                f"{row.rss:.0f}", f"{row.started:.1f}",
            )
            for row in rows
        ],
    )  # fmt: skip
