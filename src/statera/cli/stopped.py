"""The ruling of a run that was asked until its gate was decided."""

from statera.api.decisions import decide
from statera.api.runs import RunOptions
from statera.api.stored import Run
from statera.cli.rulings import print_ruling
from statera.errors import DeclarationError
from statera.gate.judging import Gate


def rule(run: Run, options: RunOptions, *, as_json: bool) -> int:
    """Keep the ruling in the ledger, print it for people, and return the exit code."""
    if options.until is None:
        raise DeclarationError("a ruling needs a gate: --until GATE.yaml")
    base = None if options.base is None else Run(run.store, run.store.find(options.base))
    ruling = decide(Gate.load(options.until), run, base)
    if not as_json:
        print_ruling(ruling)
    return ruling.exit_code
