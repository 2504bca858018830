"""What a judge is worth beside labels: how many labels alone would tell as much.

>>> judged = Judged([1, 0, 1, 0] * 60, [1, 0, 0, 0] * 30 + [None] * 120, [0.5] * 240)
>>> round(worth(judged))
144
"""

from statera.stats.ppi import Judged, drawn, pulls


def worth(judged: Judged) -> float:
    """Return the labels that would tell as much as these labels and the judge do together.

    The labels there are, times the variance of their mean over that of PPI++ with the best tuning
    in [0, 1]; never fewer than there are. ValueError as for `ppi.prediction_powered`.
    """
    draw = drawn(judged)
    labels = int(draw.seen.sum())
    if not labels:
        return 0.0
    _, _, plain, gain = pulls(draw)
    size, before = float(gain @ gain), float(plain @ plain)
    tuning = min(1.0, max(0.0, -float(plain @ gain) / size)) if size > 0 else 0.0
    after = before + 2 * tuning * float(plain @ gain) + tuning**2 * size
    return labels * before / after if after > 0 else float(labels)
