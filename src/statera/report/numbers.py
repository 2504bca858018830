"""Numbers as a reader sees them: the same digits as on the command line, and never a bare None."""

NONE = "none"
MINUS = "\N{MINUS SIGN}"


def share(value: float | None) -> str:
    """Return a value with three decimals."""
    return NONE if value is None else minus(f"{value:z.3f}")


def change(value: float | None) -> str:
    """Return a difference with its sign and three decimals."""
    return NONE if value is None else minus(f"{value:+z.3f}")


def points(value: float | None) -> str:
    """Return a difference of shares in points, hundredths, with its sign and one decimal."""
    return NONE if value is None else minus(f"{100 * value:+z.1f}")


def span(low: float | None, high: float | None, *, signed: bool = False) -> str:
    """Return an interval, or "" where a bound is missing."""
    if low is None or high is None:
        return ""
    form = change if signed else share
    return f"{form(low)} to {form(high)}"


def probability(value: float | None) -> str:
    """Return a p value."""
    if value is None:
        return NONE
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def level(value: float) -> str:
    """Return a coverage: `95 %`."""
    return f"{100 * value:.4g} %"


def items(n: int, clusters: int) -> str:
    """Return how many items there are, and how many independent units when fewer."""
    return f"{n:,}" if clusters == n else f"{n:,} in {clusters:,}"


def plural(count: int, noun: str) -> str:
    """Return `1 trial`, `2,000 trials`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def minus(text: str) -> str:
    """Return a number with a real minus sign in place of the hyphen."""
    return text.replace("-", MINUS)
