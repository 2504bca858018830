"""Whether a judge tells more than a coin, by people's labels: where it does not, it is void.

    void_by_labels((arm(frame, "quality", standing, frame.places()),), "quality", (standing,))
    # "void: no better than a coin by 200 labels (…)"

What counts are the labels of the runs themselves; where they are too few, what was measured of the
judge elsewhere. A judge that nobody measured is not void by this: its number is its word alone.
"""

from collections.abc import Sequence

from statera.analysis.correction import Arm, nearest
from statera.analysis.standing import Standing
from statera.stats.information import Information, information
from statera.stats.ppi import MIN_LABELS


def void_by_labels(sides: Sequence[Arm], name: str, standings: Sequence[Standing]) -> str:
    """Return why nothing may rest on the judge of a metric, empty where its labels show no reason.

    `sides` are whole runs: what a judge can do is not asked of each category on its own. Of two
    runs it is asked of each: a judge that praises one of them whatever it says would favour it.
    """
    alike = len({standing.sat for standing in standings}) == 1
    together = informed(sides) if alike else None
    for side, standing in zip(sides, standings, strict=True):
        elsewhere = (known.errors.get(name) for known in nearest(standing))
        measured = [error.informed for error in elsewhere if error is not None]
        own = (one for one in (informed((side,)), together) if one and one.labels >= MIN_LABELS)
        counted = [*own, *(one for one in measured if one is not None)]
        if counted and (why := void_words(counted[0])):
            alone = f"{standing.people} is what people alone say"
            return f"{why}; {alone}" if standing.labelled is not None else why
    return ""


def informed(sides: Sequence[Arm]) -> Information | None:
    """Return what the verdicts tell of the labels of these runs together, None without labels.

    Of two runs, verdicts on the replies to one item are bound together.
    """
    labels, verdicts, units, weights = [], [], list[int](), list[float]()
    for side in sides:
        places = side.asked
        labels += [label for place in places if (label := side.labels[place]) is not None]
        verdicts += [side.verdicts[place] for place in places]
        units += places if side.clusters is None else [side.clusters[place] for place in places]
        weights += side.weights or [1.0] * len(places)
    if not labels:
        return None
    alone = len(set(units)) == len(units)
    return information(
        labels,
        verdicts,
        clusters=None if alone else units,
        weights=None if len(set(weights)) < 2 else weights,
    )


def void_words(found: Information) -> str:
    """Return `void: …` where it is not shown that verdicts tell more than a coin, else nothing.

    Labels that are all the same show neither; from them no error is carried over to other replies.
    """
    if found.constant:
        return f"void: {found.method} ({found.labels:,} labels): no number of labels helps"
    if found.shown or found.value is None or found.low is None:
        return ""
    needed = found.needed
    helps = (
        "no number of labels helps a judge like this one"
        if needed is None
        else f"about {needed:,} labels would show that it is, if this is how good it is"
    )
    what = f"{found.method.partition(',')[0]} is {found.value:.2f}, may be {found.low:.2f}"
    return f"void: not shown to be better than a coin ({what}; {found.labels:,} labels): {helps}"
