"""Facts on their way to the live store: kept on disk first, shipped by a thread.

shipper = Shipper("postgresql://…", Path(".statera/spool"))
shipper.put(exposure)   # with the operating system when it returns
shipper.close()
"""

from pathlib import Path

from statera.records.live import Fact


class Shipper:
    """Spools and ships. Nothing is lost to a killed process, or doubled.

    Constructing it makes the folder and starts the threads; the database may be away.
    DeclarationError for a place that can never be one, StoreError for a folder that cannot be made.
    """

    def __init__(self, place: str, folder: Path) -> None:
        raise NotImplementedError(place, folder)

    def put(self, fact: Fact) -> None:
        """Take a fact; never raises for a full disk (see `fault`, `lost`), never waits."""
        raise NotImplementedError

    @property
    def waiting(self) -> int:
        """How many facts are on disk or in memory, not yet in the database."""
        raise NotImplementedError

    @property
    def shipped(self) -> int:
        """How many facts are in the database by this process."""
        raise NotImplementedError

    @property
    def refused(self) -> int:
        """How many facts the database refused; they are in `refused.jsonl`."""
        raise NotImplementedError

    @property
    def lost(self) -> int:
        """How many facts neither disk nor memory could take."""
        raise NotImplementedError

    @property
    def fault(self) -> str:
        """What is wrong now, in one line; "" while all is well."""
        raise NotImplementedError

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until all that was put is in the database; False when it took longer."""
        raise NotImplementedError

    def close(self, seconds: float = 5.0) -> None:
        """Ship what can be shipped in the time, leave the rest on disk, and end the threads."""
        raise NotImplementedError
