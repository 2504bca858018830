"""The flags of `statera run`: what is asked, how much of it, how, and when to stop."""

from pathlib import Path
from typing import Any

import click

from statera.cli.settings import Flag, Lines

_WHAT = (
    click.argument("suite", required=False),
    click.option(
        "--tasks",
        "-t",
        cls=Flag,
        also=("--task",),
        metavar="A,B",
        help="Tasks by name, instead of a suite (see `statera tasks`).",
    ),
    click.option(
        "--mode",
        cls=Flag,
        type=click.Choice(["auto", "generate", "loglikelihood"]),
        default="auto",
        show_default=True,
        help="auto probes the endpoint and says what it chose.",
    ),
    click.option(
        "--api",
        cls=Flag,
        type=click.Choice(["chat", "completions"]),
        default="chat",
        show_default=True,
        help="Which endpoint generation goes through.",
    ),
    click.option(
        "--num-fewshot",
        cls=Flag,
        also=("--fewshot", "--num_fewshot"),
        type=click.IntRange(0),
        help="Examples in the prompt.",
    ),
    click.option(
        "--system-message",
        cls=Flag,
        also=("--system-prompt", "--system-instruction", "--system_instruction"),
        metavar="TEXT|@FILE",
        help="Goes before every chat.",
    ),
)
_HOW_MUCH = (
    click.option(
        "--limit",
        cls=Flag,
        also=("--n", "--max-samples"),
        type=click.IntRange(1),
        help="Samples a task: a seeded subset, stratified by category, the same for every model.",
    ),
    click.option(
        "--budget",
        cls=Flag,
        default="",
        metavar="NAME",
        help="How much a suite that has budgets asks: small, standard or full.",
    ),
    click.option("--yes", "-y", cls=Flag, is_flag=True, help="Start without being asked."),
    click.option(
        "--epochs",
        "--repeat",
        cls=Flag,
        also=("--repeats", "--num-repeats"),
        type=click.IntRange(1),
        help="Times each is asked.",
    ),
    click.option(
        "--sample-id",
        cls=Flag,
        type=Lines(),
        multiple=True,
        metavar="ID|@FILE",
        help="Only these samples.",
    ),
    click.option(
        "--filter-failing", cls=Flag, metavar="RUN", help="Only samples not right in that run."
    ),
    click.option(
        "--seed",
        cls=Flag,
        type=int,
        default=0,
        show_default=True,
        help="Of the subset and of every request.",
    ),
    click.option(
        "--probe",
        cls=Flag,
        type=click.IntRange(2),
        metavar="N",
        help="First make N identical calls at temperature 0, and keep with the run whether the "
        "replies differ.",
    ),
    click.option("--tag", cls=Flag, help="A name for the run."),
    click.option("--fresh", cls=Flag, is_flag=True, help="A new run, even if the same one exists."),
)
_SAMPLING = (
    click.option("--temperature", cls=Flag, type=click.FloatRange(0), help="Default: 0."),
    click.option("--top-p", cls=Flag, type=click.FloatRange(0, 1), help="Nucleus sampling."),
    click.option(
        "--max-tokens",
        cls=Flag,
        also=("--max-gen-toks", "--max_gen_toks", "--max-new-tokens"),
        type=click.IntRange(1),
        help="Longest reply; default by task.",
    ),
)
_BOUNDS = (
    click.option(
        "--max-cost",
        cls=Flag,
        type=click.FloatRange(0, min_open=True),
        metavar="USD",
        help="Stop when this is spent.",
    ),
    click.option(
        "--max-requests", cls=Flag, type=click.IntRange(1), help="Stop after as many requests."
    ),
    click.option(
        "--until",
        cls=Flag,
        type=click.Path(path_type=Path),
        metavar="GATE.yaml",
        help="Ask in seeded order, look at this gate again and again, and stop when every rule is "
        "decided; the exit code is the gate's.",
    ),
    click.option("--base", cls=Flag, metavar="RUN", help="The baseline of the gate's rules."),
    click.option(
        "--fail-on-error",
        cls=Flag,
        type=click.FloatRange(0, 1),
        default=0.5,
        show_default=True,
        metavar="SHARE",
        help="Stop when more of the recent trials than this get no answer.",
    ),
)
_OUTPUT = (
    click.option(
        "--content",
        cls=Flag,
        type=click.Choice(["full", "hashed", "encrypted"]),
        default="full",
        show_default=True,
        help="How the texts of harmful requests are kept: as they are, as digests for good, or for "
        "whoever has the key in STATERA_CONTENT_KEY.",
    ),
    click.option(
        "--output",
        "-o",
        cls=Flag,
        also=("--output-path", "--output_path", "--out"),
        multiple=True,
        type=click.Path(path_type=Path),
        help="Also write the trials; the extension says how (.jsonl, .csv, .json).",
    ),
    click.option(
        "--estimate", cls=Flag, is_flag=True, help="Print requests, tokens and cost; ask nothing."
    ),
    click.option("--quiet", "-q", cls=Flag, is_flag=True, help="No progress."),
    click.option(
        "--verbose", "-v", cls=Flag, is_flag=True, help="Show each flag's value and its source."
    ),
)


def run_flags(function: Any) -> Any:
    """Add the flags of a run."""
    for option in reversed(_WHAT + _HOW_MUCH + _SAMPLING + _BOUNDS + _OUTPUT):
        function = option(function)
    return function
