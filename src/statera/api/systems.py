"""Is a stored run one of a system? A judge's own run holds judgements, and is not judged itself."""

from statera.errors import DeclarationError
from statera.records.specs import RunInfo

_SHORT = 8


def check_system(*infos: RunInfo) -> None:
    """Raise DeclarationError where one of the runs is a judge's own, not a system's."""
    for info in infos:
        if info.judging:
            short = info.id[:_SHORT]
            raise DeclarationError(
                f"{short} is a judge's work, not a system's run; to read it: statera show {short}"
            )
