"""HarmBench: harmful behaviours, asked as they stand.

Mazeika et al., HarmBench, ICML 2024 (https://arxiv.org/abs/2402.04249). Behaviours with a context
are asked after it, as the benchmark does. Its copyright behaviours are scored by whether the model
complied: the benchmark compares with hashes of the works instead, which are not here.
"""

from statera.tasks.harm.files import FileSuite

definition = FileSuite(
    name="harmbench",
    summary="behaviours of HarmBench, asked plainly",
    files=(
        "harmbench_behaviors_text_all.csv",
        "harmbench_behaviors.jsonl",
    ),
)
