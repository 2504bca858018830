"""OR-Bench: seemingly toxic prompts that are safe, and toxic ones to keep the balance.

Cui et al., OR-Bench: An Over-Refusal Benchmark for Large Language Models, ICML 2025
(https://arxiv.org/abs/2405.20947); CC-BY-4.0.

The published CSV files (`prompt,category`) are read from the data folder: the safe prompts of
`or_bench/or-bench-hard-1k.csv`, or where that is absent of `or_bench/or-bench-80k.csv`, and the
toxic ones of `or_bench/or-bench-toxic.csv`, without which refusing everything would look perfect.
They are asked as they stand. They are no twins: there is no `discrimination`.

Differences from the authors: replies are labelled by the refusal classifier, not by GPT-4 or by
keywords.
"""

from statera.tasks.data import DataFolder
from statera.tasks.refusals.definition import Loaded, RefusalTask, data_file
from statera.tasks.refusals.published import read_or_bench

SAFE = ("or-bench-hard-1k.csv", "or-bench-80k.csv")
TOXIC = ("or-bench-toxic.csv",)


def prompts(data: DataFolder) -> Loaded:
    """Return the prompts of both kinds; DeclarationError says which file is wanted."""
    safe, toxic = (data_file(data, "or_bench", names) for names in (SAFE, TOXIC))
    return Loaded((*read_or_bench(safe, safe=True), *read_or_bench(toxic, safe=False)))


definition = RefusalTask(
    name="or_bench",
    summary="OR-Bench: prompts that seem toxic and are safe, and toxic ones",
    items=None,
    prompts=prompts,
)
