"""The section on agreement: runs `benchmarks.agreement` once in process and once over HTTP."""

import sys

from benchmarks.process import run
from benchmarks.setting import ROOT, Setting

LIMIT = 3600.0


def measure(setting: Setting) -> str:
    """Compare all items; what differs is told in the table."""
    reference = setting.shared and setting.shared / "data" / "reference"
    if not reference or not reference.is_dir():
        setting.skip("agreement", "the reference numbers are not part of this project")
        return ""
    parts = [
        "SmolLM2-135M-Instruct (Q4_1), every item of the reference: the same answer, and "
        "log-likelihoods (sums in nats) as lm-eval 0.4.13 made them with the same engine."
    ]
    for title, flags in (("In process", []), ("Through the server and the client", ["--http"])):
        command = [sys.executable, "-m", "benchmarks.agreement", *flags]
        cost = run(["nice", *command, "--reference", str(reference)], cwd=ROOT, limit=LIMIT)
        lines = [line for line in cost.output.splitlines() if line.startswith("|")]
        verdict = "all agree" if cost.code == 0 else f"ended with {cost.code}: not all agree"
        parts.append("\n".join([f"**{title}**: {verdict}.", "", *lines]))
    return "\n\n".join(parts)
