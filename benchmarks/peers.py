"""The commands with which other harnesses ask the same items of the same endpoint.

Their task files are not part of this project: they are read from `bench/peers` of the shared
folder. Each harness has a virtual environment of its own in the folder `--peers`.
"""

import glob
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.items import write_data
from benchmarks.process import Cost, run
from benchmarks.server import Server
from benchmarks.setting import Setting


class Peer(NamedTuple):
    """A harness: its name with version, its environment and the program in it."""

    name: str
    environment: str
    program: str


LM_EVAL = Peer("lm-eval 0.4.13", "v-lmeval", "lm_eval")
INSPECT = Peer("Inspect 0.3.285", "v-inspect", "inspect")
PEERS = (LM_EVAL, INSPECT)


def available(setting: Setting) -> list[Peer]:
    """Return the harnesses that are there, and note those that are not."""
    if setting.peers is None:
        setting.skip("lm-eval and Inspect", "no --peers")
        return []
    if setting.shared is None:
        setting.skip("lm-eval and Inspect", "their task files are in a shared folder, not here")
        return []
    found = []
    for peer in PEERS:
        if (setting.peers / peer.environment / "bin" / peer.program).exists():
            found.append(peer)
        else:
            setting.skip(peer.name, f"no {peer.environment} in --peers")
    return found


def ask(
    setting: Setting, peer: Peer, server: Server, count: int, *, connections: int = 64,
    limit: float = 300.0,
) -> Cost:  # fmt: skip
    """Let the harness ask `count` items in a folder of its own."""
    folder = setting.work / f"{peer.environment}-{count}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    data = write_data(setting.work, count)
    command = _command(setting, peer, server, folder, data)
    command += [str(connections)] if peer is INSPECT else []
    if peer is LM_EVAL:
        command[command.index("ARGS")] = (
            f"model=mock,base_url={server.url}/chat/completions,num_concurrent={connections}"
        )
    return run(command, cwd=folder, env=_environment(folder, data), limit=limit)


def _command(setting: Setting, peer: Peer, server: Server, folder: Path, data: Path) -> list[str]:
    assert setting.peers is not None
    assert setting.shared is not None
    files = setting.shared / "bench" / "peers"
    program = str(setting.peers / peer.environment / "bin" / peer.program)
    if peer is LM_EVAL:
        text = (files / "lm_eval_chat.yaml").read_text(encoding="utf-8")
        (folder / "tasks").mkdir()
        (folder / "tasks" / "t.yaml").write_text(text.replace("@DATA@", str(data)))
        return [
            program, "run", "--model", "local-chat-completions", "--model_args", "ARGS",
            "--tasks", "mcq_chat", "--include_path", "tasks", "--output_path", "out",
            "--log_samples", "--apply_chat_template",
        ]  # fmt: skip
    shutil.copy(files / "inspect_task.py", folder)
    return [
        program, "eval", "inspect_task.py", "--model", "openai/mock", "--model-base-url",
        server.url, "--temperature", "0", "--max-tokens", "16", "--log-dir", "out", "--display",
        "none", "-M", "responses_api=false", "--max-connections",
    ]  # fmt: skip


def _environment(folder: Path, data: Path) -> Mapping[str, str]:
    return {
        "OPENAI_API_KEY": "sk-mock", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1",
        "HF_HOME": str(folder / "hf"), "HOME": str(folder), "BENCH_DATA": str(data),
    }  # fmt: skip


def told(setting: Setting, peer: Peer, count: int, cost: Cost) -> str:
    """Return the accuracy that the harness itself reports, or what it says instead."""
    if peer is LM_EVAL:
        found = re.search(r"exact_match\s*\|[^|]*\|\s*\|?\s*([01](?:\.\d+)?)\s*\|", cost.output)
        return found[1] if found else "no result"
    return _inspect_log(setting, setting.work / f"{peer.environment}-{count}")


def _inspect_log(setting: Setting, folder: Path) -> str:
    assert setting.peers is not None
    logs = sorted(glob.glob(f"{folder}/out/*.eval"), key=os.path.getmtime)
    if not logs:
        return "no log"
    program = str(setting.peers / INSPECT.environment / "bin" / INSPECT.program)
    said = run([program, "log", "dump", "--header-only", logs[-1]], env={"HOME": str(folder)})
    try:
        header = json.loads(said.output)
    except ValueError:
        return "unreadable log"
    scores: Sequence[dict[str, object]] = (header.get("results") or {}).get("scores") or []
    if header.get("status") != "success" or not scores:
        return f"status {header.get('status')}"
    metrics = scores[0].get("metrics")
    assert isinstance(metrics, dict)
    return f"{metrics['accuracy']['value']:.3f}"
