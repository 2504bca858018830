"""JailbreakBench: 100 misuse behaviours of ten kinds, asked as they stand.

Chao et al., JailbreakBench, NeurIPS 2024 (https://arxiv.org/abs/2404.01318). The goal is asked.
"""

from statera.tasks.harm.files import FileSuite

definition = FileSuite(
    name="jailbreakbench",
    summary="behaviours of JailbreakBench, asked plainly",
    files=(
        "harmful-behaviors.csv",
        "harmful-behaviors.json",
        "jailbreakbench.jsonl",
    ),
)
