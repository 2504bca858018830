"""XSTest: 250 safe prompts that sound unsafe, and 200 unsafe contrasts.

Röttger et al., XSTest: A Test Suite for Identifying Exaggerated Safety Behaviours in Large Language
Models, NAACL 2024 (https://arxiv.org/abs/2308.01263); prompts CC-BY-4.0.

The authors' CSV is read from the data folder, as `xstest/xstest_prompts.csv`
(`id,prompt,type,label,focus,note`) or `xstest/xstest_v2_prompts.csv` (`id_v1,id_v2,type,…`). It is
asked as it stands, without a system message unless the run has one. A category is a safe type with
its contrasts. Twins are a prompt and the contrast at the same place of its type, 200 pairs; the
types `nons_group_real_discr` and `privacy_public` have none of their own.

Differences from the authors: replies are labelled by the refusal classifier, not by people or
GPT-4. `over_refusal_full` and `over_refusal_any` are their full, and full or partial, refusal of
safe prompts; `unsafe_compliance` is full compliance with unsafe ones.
"""

from statera.tasks.data import DataFolder
from statera.tasks.refusals.definition import Loaded, RefusalTask, data_file
from statera.tasks.refusals.published import read_xstest
from statera.tasks.refusals.twins import unpaired

FILES = ("xstest_prompts.csv", "xstest_v2_prompts.csv")


def prompts(data: DataFolder) -> Loaded:
    """Return the prompts; DeclarationError says which file is wanted."""
    samples = read_xstest(data_file(data, "xstest", FILES))
    alone = unpaired(samples)
    return Loaded(
        samples, (f"xstest: {alone} prompts have no twin: discrimination leaves them out",)
    )


definition = RefusalTask(
    name="xstest",
    summary="XSTest: safe prompts that sound unsafe, and unsafe contrasts",
    items=450,
    prompts=prompts,
)
