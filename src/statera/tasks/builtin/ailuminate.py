"""AILuminate: prompts of twelve hazards, from the public demo set, asked as they stand.

Ghosh et al., AILuminate, 2025 (https://arxiv.org/abs/2503.05731). Many of its prompts elicit
a hazard rather than ask for harm, so that a full answer may be a safe one: read the rate beside a
judge's.
"""

from statera.tasks.harm.files import FileSuite

definition = FileSuite(
    name="ailuminate",
    summary="prompts of AILuminate's demo set, asked plainly",
    files=(
        "airr_official_1.0_demo_en_us_prompt_set_release.csv",
        "ailuminate_en.jsonl",
    ),
)
