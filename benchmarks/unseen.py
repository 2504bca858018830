"""The policy that ships on sources that its classifier never learnt, by `statera guard eval`.

Prompts and comments are labelled per detector; the last table hides harmful and harmless texts of
each source in every known way.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.setting import Setting

SOURCES = (
    ("toxicity", "safety/toxicity/surge_toxicity.jsonl"),
    ("toxicity", "safety/toxicity/wikipedia_nonfuzzed.jsonl"),
    ("harmful", "safety/prompts/advbench.jsonl"),
    ("harmful", "safety/prompts/strongreject.jsonl"),
    ("jailbreak", "safety/prompts/jailbreak_templates.jsonl"),
    ("injection", "safety/prompts/prompt_injection_cyberseceval.jsonl"),
    ("", "safety/benign/user_oriented.jsonl"),
    ("", "safety/benign/seed_tasks.jsonl"),
)
HIDDEN = 25
_LIMIT_SECONDS = 1_500


def measure(setting: Setting) -> str:
    """Measure the rates at the shipped thresholds, over-blocking, evasions and latency."""
    if setting.shared is None:
        setting.skip("sources", "they are in a shared folder, not here")
        return "Nothing measured."
    data = setting.shared / "data"
    named = [f"{head}={path}" if head else path for head, path in SOURCES]
    files = [f"{head}={data / path}" if head else f"{data / path}" for head, path in SOURCES]
    store = setting.work / "guard-store"
    shutil.rmtree(store, ignore_errors=True)
    arguments = ["guard", "eval", "--policy", "default", "--evasions", f"{HIDDEN}", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "statera", *arguments, "--store", f"{store}", "--data", *files],
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
        check=True,
        env=os.environ | {"COLUMNS": "150"},
    )
    command = " ".join(["statera", *arguments, "--data", *(Path(one).name for one in named)])
    return f"`{command}`\n\n```text\n{done.stdout.strip()}\n```"
