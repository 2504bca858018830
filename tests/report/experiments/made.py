"""Results of experiments made by hand, with everything that a page has to show."""

from math import sqrt

from statera.analysis.experiments.result import (
    Bayes,
    Contrast,
    Part,
    Path,
    Point,
    Ratio,
    Result,
    Side,
    Standing,
)
from statera.codec.strict import from_yaml
from statera.experiment.design import Design
from statera.report.experiments.content import Edit, Event, Shown

START = 1_795_000_000.0
DAY = 86_400.0

DESIGN = """
experiment: tone
arms:
  - {name: base, weight: 0.5}
  - {name: warm, weight: 0.5}
primary: {outcome: solved, minimum: 0.02}
guardrails:
  - {outcome: complaint, margin: 0.005}
  - {outcome: latency, margin: 0.25}
outcomes:
  latency: {kind: mean, source: answer, better: lower, window: 0s, low: 0}
segments:
  plan: {header: x-plan, values: [free, paid]}
"""


def design(text: str = DESIGN) -> Design:
    return from_yaml(text, Design, source="tone.yaml")


def contrast(
    outcome: str = "solved",
    standing: Standing = "better",
    *,
    values: tuple[float, float] = (0.612, 0.641),
    bounds: tuple[float | None, float | None] = (0.0102, 0.0478),
    limit: float = 0.02,
    arm: str = "warm",
    units: int = 5000,
    decided_at: int | None = None,
    why: str = "",
) -> Contrast:
    known = bounds != (None, None)
    return Contrast(
        outcome=outcome,
        arm=arm,
        base=Side(arm="base", value=values[0], units=units - 12, reporting=units - 112),
        candidate=Side(arm=arm, value=values[1], units=units, reporting=units - 80),
        value=values[1] - values[0],
        low=bounds[0],
        high=bounds[1],
        level=0.95,
        error=0.0061 if known else None,
        standing=standing,
        limit=limit,
        decided_at=decided_at,
        method="asymptotic confidence sequence, normal mixture",
        source="Waudby-Smith et al. 2024",
        why=why,
        relative=(values[1] - values[0]) / values[0],
    )


def path(arm: str = "warm", looks: int = 80, end: float = 0.029) -> Path:
    points = []
    for k in range(looks):
        units = int(100 * 1.061**k)
        reach = 1.6 / sqrt(units)
        value = end + 0.4 * reach * (-1) ** (k // 7) * 0.5
        points.append(Point(units=units, value=value, low=value - reach, high=value + reach))
    return Path(arm=arm, points=tuple(points))


def ratio(*, failed: bool = False) -> Ratio:
    return Ratio(
        seen={"base": 5012, "warm": 4521 if failed else 4988},
        expected={"base": 5000.0, "warm": 5000.0},
        p=2e-7 if failed else 0.71,
        alpha=0.001,
        failed=failed,
        causes=("answers of warm fail more often: 4.1 % against 0.3 %",) if failed else (),
        by={"plan=free": 2e-8, "plan=paid": 0.4} if failed else {},
        method="sequential multinomial test",
        source="Lindon and Malek 2022",
    )


def result(**changes: object) -> Result:
    parts = [("free", 0.034), ("paid", 0.021)]
    fields = {
        "experiment": "tone",
        "verdict": "pass",
        "reasons": (
            "solved: warm is surely better than base by +0.010 at least",
            "complaint and latency are surely not worse by more than their margins",
        ),
        "analysis": "confidence-sequence",
        "alpha": 0.05,
        "planned": 12_000,
        "closed": 9_988,
        "exposed": 10_000,
        "ratio": ratio(),
        "primary": (contrast(decided_at=6_210),),
        "guardrails": (
            contrast("complaint", "not_worse", values=(0.0121, 0.0118), bounds=(-0.0031, 0.0026),
                     limit=0.005),
            contrast("latency", "worse", values=(1.204, 1.261), bounds=(0.0021, 0.112),
                     limit=0.25),
        ),
        "segments": tuple(
            Part(name="plan", value=value, p=0.04,
                 contrast=contrast(values=(0.6, 0.6 + d), bounds=(d - 0.03, d + 0.03), units=2500))
            for value, d in parts
        ),
        "novelty": tuple(
            Part(name="first seen", value=f"day {n + 1}",
                 contrast=contrast(values=(0.6, 0.6 + d), bounds=(d - 0.05, d + 0.05), units=1200))
            for n, d in enumerate((0.07, 0.05, 0.03, 0.025, 0.02))
        ),
        "late": (contrast(values=(0.61, 0.638), bounds=(0.009, 0.047)),),
        "bayes": (Bayes(arm="warm", better=0.9991, loss=0.00001, mean=0.0285, low=0.0166,
                        high=0.0404, prior=0.05),),
        "responses": {"solved": {"base": 0.978, "warm": 0.984}},
        "warnings": ("solved: base reports less often than warm (97.8 % against 98.4 %)",),
        "aside": {"crossed": {"base": 0, "warm": 3}, "excluded": {"no unit": 41},
                  "faults": {"base": 12, "warm": 14},
                  "exposures": {"base": 15_000, "warm": 15_100}},
        "homogeneity": {"warm, plan": 0.34},
        "path": (path(),),
    }  # fmt: skip
    return Result(**(fields | changes))  # type: ignore[arg-type]


def shown(found: Result | None = None, **changes: object) -> Shown:
    fields = {
        "result": found or result(),
        "design": design(),
        "digest": "4c62602ad518e954fc27a2cb262e9fc8",
        "registered": START,
        "state": "running",
        "now": START + 9 * DAY,
        "edits": (
            Edit(at=START + 2 * DAY, digest="9fc84c62602ad518e954fc27a2cb262e", diff=(
                "--- registered", "+++ edited", "@@ -6,3 +6,3 @@",
                " primary: {outcome: solved, minimum: 0.02}",
                "-  - {outcome: complaint, margin: 0.002}",
                "+  - {outcome: complaint, margin: 0.005}")),
        ),
        "events": (
            Event(at=START, kind="started", detail="all traffic"),
            Event(at=START + 2 * DAY, kind="edited", detail=""),
            Event(at=START + 3 * DAY, kind="blind", detail="nobody could look for 60 s"),
        ),
        "late": True,
        "command": "statera experiment show tone -o page.html",
    }  # fmt: skip
    return Shown(**(fields | changes))  # type: ignore[arg-type]
