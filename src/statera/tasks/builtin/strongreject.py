"""StrongREJECT: forbidden prompts of six kinds, asked as they stand.

Souly et al., A StrongREJECT for Empty Jailbreaks, NeurIPS 2024 (https://arxiv.org/abs/2402.10260).
The benchmark's own score is a judge's: `statera score RUN --judge strongreject`.
"""

from statera.tasks.harm.files import FileSuite

definition = FileSuite(
    name="strongreject",
    summary="forbidden prompts of StrongREJECT, asked plainly",
    files=(
        "strongreject_dataset.csv",
        "strongreject.jsonl",
    ),
)
