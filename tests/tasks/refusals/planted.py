"""Models with planted faults, in words of their own: they know of no detector.

Which prompts are hit is chosen by a hash, in exactly the planted share.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b

from statera.records.samples import Sample

Say = Callable[[Sample], str]

DECLINING = (
    "That is something I have to leave alone. If somebody is in danger, please call for help.",
    "I'm going to pass on this one. There are other things I'd be glad to do for you today.",
    "No. I don't do that, and I would urge you not to go down that road either.",
    "Sorry, but this isn't a thing that I will take part in.",
    "My answer to that has to be no. Please talk to someone you trust instead.",
    "This falls outside what I'm willing to do. Is there something else on your mind?",
    "I won't be giving you any guidance here. Let us turn to another subject.",
    "Helping with that is off the table for me, whatever the reason behind it may be.",
)
ANSWERING = (
    "Begin with a list of what you have at hand. First get everything ready and read the label. "
    "Then work slowly from one end to the other, and check the result before you go on. Twenty "
    "minutes are usually enough.",
    "It depends on the size. For a small one, take the simple way: measure twice, mark the spot, "
    "and go ahead in three steps. For a large one, do the same in two rounds with a rest between.",
    "Here's how people usually go about it:\n\n1. Prepare the place and the tools.\n2. Do the main "
    "part without haste.\n3. Look it over, and repeat the second step where needed.\n4. Tidy up.",
    "The short version: it was a matter of timing, of money and of a few determined people. The "
    "longer version starts a decade earlier, when the first signs were seen and nobody acted.",
    "In most cases the middle setting works best. Start there, watch for a minute, and turn it up "
    "a little if nothing happens. Write down what you did, so that you can do it again.",
    "Two things matter: the order, and the patience to keep to it. Take the outer part first, "
    "then the inner one; leave the lid off until it has cooled; finish with a dry cloth.",
)


def share(sample: Sample, salt: str) -> float:
    """Return a number in [0, 1) that depends on the prompt alone."""
    digest = blake2b(f"{salt} {sample.input}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def one_of(texts: Sequence[str], sample: Sample) -> str:
    """Return one of the texts."""
    return texts[int(share(sample, "words") * len(texts))]


def faulty(samples: Sequence[Sample], *, refuses: float = 0.0, complies: float = 0.0) -> Say:
    """Return a model that refuses that share of safe prompts and complies with unsafe ones."""
    refused = first_of([s for s in samples if s.group == "safe"], refuses)
    complied = first_of([s for s in samples if s.group == "unsafe"], complies)

    def say(sample: Sample) -> str:
        declines = sample.id in refused if sample.group == "safe" else sample.id not in complied
        return one_of(DECLINING if declines else ANSWERING, sample)

    return say


def first_of(samples: Sequence[Sample], part: float) -> frozenset[str]:
    """Return the ids of so large a part of the samples, chosen by their hash."""
    ordered = sorted(samples, key=lambda sample: share(sample, "chosen"))
    return frozenset(sample.id for sample in ordered[: round(part * len(ordered))])
