"""What became of one program."""

import json

import msgspec

from statera.sandbox.inside.entry import READY


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the testing process inside the sandbox reports, once, at the very end."""

    status: int | None = None
    why: str = ""
    limit: str = ""
    broken: str = ""


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A program that ended, in whatever way.

    `ok` only when code and check ran to their end. `limit` is "" or one of `time`, `memory`,
    `processes`, `output`, `disk`. `why` says on one line what ended it early. `broken` is not ""
    when the sandbox itself failed before any of the code was run: then nothing is known about it.
    """

    ok: bool = False
    status: int | None = None
    output: str = ""
    limit: str = ""
    why: str = ""
    broken: str = ""


def finished(proof: bytes, output: str, *, limit: str, status: int | None) -> Finished:
    """Return what became of a program from the bytes on its proof pipe.

    `limit` is the one that ended it from outside ("" for none), `status` what the sandbox's own
    process ended with (negative: a signal).
    """
    ready, _, report = proof.partition(READY)
    if limit and READY not in proof:
        return Finished(output=output, broken=f"{_OUTSIDE[limit]} before the code was started")
    if limit:
        return Finished(output=output, limit=limit, why=_OUTSIDE[limit])
    if not ready and READY in proof and report.endswith(b"\n"):
        verdict = msgspec.json.decode(report, type=Verdict)
    else:
        verdict = _without_verdict(proof, status, output)
    return Finished(
        ok=verdict.status == 0 and not verdict.why and not verdict.broken,
        status=verdict.status,
        output=output,
        limit=verdict.limit,
        why=verdict.why,
        broken=verdict.broken,
    )


def not_started(error: OSError) -> Finished:
    """Return what became of a program whose sandbox could not be set up."""
    return Finished(broken=f"the sandbox could not be started: {error}")


_OUTSIDE = {
    "time": "the time limit ended it",
    "output": "it printed too much",
    "disk": "it filled its scratch folder",
}


def _without_verdict(proof: bytes, status: int | None, output: str) -> Verdict:
    """Nothing was reported: blame the sandbox only when the code had not yet been started."""
    if proof.startswith(READY):
        limit = "time" if status in _CPU_SIGNALS else ""
        return Verdict(status=status or 1, limit=limit, why=f"the tests were ended ({status})")
    if proof.endswith(b"\n"):
        return Verdict(broken=str(json.loads(proof)["broken"]))
    last = output.strip().splitlines()[-1:] or [f"ended with status {status}"]
    return Verdict(broken=f"the sandbox did not start: {last[0][:300]}")


_CPU_SIGNALS = (-24, -9, 128 + 24, 128 + 9)
