"""Which samples a run asks: a seeded, stratified order whose prefixes are the subsets.

`--limit 50` asks a part of what `--limit 100` asks, the same for every model, so that a smaller
run can be extended and two models are compared on the same items.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from statera.errors import DeclarationError, nearest
from statera.records.samples import Sample
from statera.seeds import unit


def limited(
    samples: Sequence[Sample], limit: int | None, seed: int, *, paired: bool = False
) -> Sequence[Sample]:
    """Return `limit` samples spread over the categories in proportion, in their file order.

    All samples when there is no limit or fewer samples than that. `paired` samples are taken
    cluster by cluster, whole ones: at most `limit` samples, fewer where a cluster has no room.
    """
    if limit is None or limit >= len(samples):
        return samples
    order = asked_order(samples, seed, paired=paired)
    kept = set(order[: _whole(samples, order, limit)] if paired else order[:limit])
    return [sample for place, sample in enumerate(samples) if place in kept]


def asked_order(samples: Sequence[Sample], seed: int, *, paired: bool = False) -> list[int]:
    """Return all places in the stratified order; of `paired` samples, clusters one by one."""
    if not paired:
        return stratified_order(samples, seed)
    clusters: dict[str, list[int]] = defaultdict(list)
    for place, sample in enumerate(samples):
        clusters[sample.unit].append(place)
    members = list(clusters.values())
    firsts = [samples[places[0]] for places in members]
    return [place for at in stratified_order(firsts, seed) for place in members[at]]


def _whole(samples: Sequence[Sample], order: Sequence[int], limit: int) -> int:
    """Return how many of the order are whole clusters, `limit` at most but for the first one."""
    ends = [
        end
        for end in range(1, len(order) + 1)
        if end == len(order) or samples[order[end]].unit != samples[order[end - 1]].unit
    ]
    return max((end for end in ends if end <= limit), default=ends[0])


def stratified_order(samples: Sequence[Sample], seed: int) -> list[int]:
    """Return all places in an order where every prefix holds each category in proportion.

    Within a category the order is a hash of (seed, sample id). The i-th of n samples of a category
    stands at (i + u) / n with one u in [0, 1) a category.
    """
    strata: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for place, sample in enumerate(samples):
        strata[sample.category or ""].append((unit(seed, sample.id), place))
    keyed: list[tuple[float, int]] = []
    for name, members in strata.items():
        offset = unit(seed, "stratum", name)
        members.sort()
        keyed += [((i + offset) / len(members), p) for i, (_, p) in enumerate(members)]
    return [place for _, place in sorted(keyed)]


def named(samples: Sequence[Sample], ids: Collection[str]) -> Sequence[Sample]:
    """Return the samples with these ids, in their file order."""
    wanted = set(ids)
    return [sample for sample in samples if sample.id in wanted]


def check_known(ids: Collection[str], known: Iterable[str]) -> None:
    """Raise DeclarationError for the first id that no task has; `known` is read only if needed."""
    if not ids:
        return
    have = set(known)
    for name in ids:
        if name not in have:
            hint = nearest(name, have)
            raise DeclarationError(f"--sample-id: no sample '{name}' in these tasks.{hint}")
