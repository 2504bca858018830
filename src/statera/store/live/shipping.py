"""Facts on their way to the live store: appended to a spool first, shipped by a thread.

    shipper = Shipper("postgresql://…", Path(".statera/spool"))
    shipper.put(exposure)   # with the operating system when it returns
    shipper.close()

What `put` took outlives a killed process, and all but the last second outlives a power cut. A
segment is removed only after the database has committed its facts; what is shipped twice after a
crash is kept once, as facts have ids. What a dead process left is shipped by whoever comes next.
While the database is away the spool grows; when the disk is nearly full, facts wait in memory, and
when that is full too they are lost and counted, and whoever put them is told. A folder belongs to
one store: what is left in it goes to the place of whoever comes next.
"""

import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

import msgspec

from statera.errors import DeclarationError, StateraError
from statera.records.live import Fact
from statera.store.live.database import backend_of
from statera.store.live.delivery import BATCH, REFUSED, batches, deliver
from statera.store.live.opening import LiveStore, open_live
from statera.store.live.spool import Spool, owners, taken_over

TICK_SECONDS = 0.2
"""How long a fact waits for company."""

SYNC_SECONDS = 1.0
"""How much a power cut may cost."""

LONGEST_SECONDS = 5.0
"""How long the database is left alone, at most, after it was away: the wait doubles up to this."""

TAKING_SECONDS = 10.0
"""How often what dead processes left is looked for."""

HELD = 10_000
"""So many facts wait in memory while the disk takes none; more are lost, and counted."""


class Shipper:
    """Spools and ships. Nothing is lost to a killed process, or doubled.

    Constructing it makes the folder and starts the threads; the database may be away.
    DeclarationError for a place that can never be one, StoreError for a folder that cannot be made.
    """

    def __init__(self, place: str, folder: Path) -> None:
        self._place = place
        self._shown = backend_of(place).shown
        self._aside = folder / REFUSED
        self._spool = Spool(folder)
        self._store: LiveStore | None = None
        self._encode = msgspec.json.Encoder().encode
        self._held: deque[bytes] = deque()
        self._done: dict[Path, int] = {}
        self._turn = Lock()
        self._put = self._unfit = self._lost = 0  # by those who put, in turn
        self._left = self._settled = self._shipped = self._refused = 0  # by the thread that ships
        self._disk = self._away = self._others = ""
        self._hurry, self._ending, self._through = Event(), Event(), Event()
        self._ship = Thread(target=self._shipping, name="statera-shipping", daemon=True)
        self._sync = Thread(target=self._syncing, name="statera-syncing", daemon=True)
        self._ship.start()
        self._sync.start()

    def put(self, fact: Fact) -> None:
        """Take a fact; never raises for a full disk (see `fault`, `lost`), never waits."""
        try:
            line = self._encode(fact) + b"\n"
        except (UnicodeError, OverflowError):  # no text, no number of 64 bits: no database takes it
            with self._turn:
                self._unfit += 1
            return
        with self._turn:
            self._put += 1
            try:
                self._spool.append(line)
                self._disk = ""
            except OSError as error:
                self._hold(line, error)

    @property
    def waiting(self) -> int:
        """How many facts are on disk or in memory, not yet in the database."""
        return self._put + self._left - self._settled

    @property
    def shipped(self) -> int:
        """How many facts this process brought into the database, what dead ones left included."""
        return self._shipped

    @property
    def refused(self) -> int:
        """How many facts the database refused; they are in `refused.jsonl` of the folder."""
        return self._refused + self._unfit

    @property
    def lost(self) -> int:
        """How many facts neither disk nor memory could take."""
        return self._lost

    @property
    def fault(self) -> str:
        """What is wrong now, in one line; "" while all is well."""
        return "; ".join(filter(None, (self._disk, self._away, self._others)))

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until all that was put is in the database; False when it took longer."""
        deadline = time.monotonic() + seconds
        while self.waiting and time.monotonic() < deadline:
            self._hurry.set()
            time.sleep(0.005)
        return not self.waiting

    def caught_up(self, seconds: float = 2.0) -> bool:
        """Wait until what dead processes left is in the database; False when it took longer."""
        return self._through.wait(seconds)

    def close(self, seconds: float = 5.0) -> None:
        """Ship what can be shipped in the time, leave the rest on disk, and end the threads."""
        self._ending.set()
        self._hurry.set()
        self._ship.join(seconds)
        self._sync.join(seconds)
        self._write_held()
        if not self._ship.is_alive():  # else it still ships: the lock ends with the process
            self._spool.close()

    def _hold(self, line: bytes, error: OSError) -> None:
        """Keep a line in memory that the disk did not take, while there is room."""
        self._disk = f"spool {self._spool.folder}: {error.strerror}; facts wait in memory"
        if len(self._held) < HELD:
            self._held.append(line)
        else:
            self._put -= 1
            self._lost += 1

    def _syncing(self) -> None:
        ending = False
        while not ending:
            ending = self._ending.wait(SYNC_SECONDS)
            try:
                self._spool.sync()
            except OSError as error:
                self._disk = f"spool {self._spool.folder}: {error.strerror}"

    def _shipping(self) -> None:
        """Ship until the end; then once more, but for no longer than until the first trouble."""
        pause, looked = TICK_SECONDS, -TAKING_SECONDS
        while True:
            ending = self._ending.is_set()
            try:
                self._ship_own(whole=ending)
                if time.monotonic() - looked >= TAKING_SECONDS:
                    self._ship_left()
                    looked = time.monotonic()
                self._away, pause = "", TICK_SECONDS
                self._through.set()
            except Exception as error:  # noqa: BLE001 - whatever it is, this thread goes on
                self._away, pause = self._told(error), min(2 * pause, LONGEST_SECONDS)
                if isinstance(error, DeclarationError):  # as of a disk that is read-only for now
                    self._let_go()
            if ending:
                break
            self._hurry.wait(pause)
            self._hurry.clear()
        self._let_go()

    def _let_go(self) -> None:
        """Close the store; the next batch opens it anew."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _told(self, error: Exception) -> str:
        if isinstance(error, StateraError):
            return str(error)
        said = f"{error.strerror}" if isinstance(error, OSError) else f"{type(error).__name__}"
        return f"spool {self._spool.folder} to {self._shown}: {said}"

    def _ship_own(self, *, whole: bool) -> None:
        """Ship what is there now, many facts at once; `whole`: what comes meanwhile too."""
        segments = self._spool.segments()
        while segments:
            for segment in segments:
                there = segment.exists()
                if there:
                    self._ship_segment(segment)
                number = self._spool.remove(segment)
                if not there:
                    self._missed(number)
            segments = self._spool.segments() if whole else self._spool.ended()
        while self._held:
            lines = [self._held[place] for place in range(min(BATCH, len(self._held)))]
            self._deliver(lines)
            for _ in lines:
                self._held.popleft()

    def _missed(self, number: int) -> None:
        """Count the facts of a segment that somebody else removed."""
        self._settled += number
        with self._turn:
            self._lost += number

    def _ship_left(self) -> None:
        """Ship what dead processes left; what cannot be read of one is told, and keeps no other."""
        trouble = ""
        for owner in sorted(owners(self._spool.folder) - {self._spool.owner}):
            try:
                self._ship_left_by(owner)
            except OSError as error:
                trouble = f"spool {self._spool.folder}: what {owner} left: {error.strerror}"
        self._others = trouble

    def _ship_left_by(self, owner: str) -> None:
        with taken_over(self._spool.folder, owner) as segments:
            for segment in segments:
                if segment not in self._done:
                    self._left += sum(len(lines) for lines, _ in batches(segment, 0))
                    self._done[segment] = 0
                self._ship_segment(segment)
                segment.unlink()

    def _ship_segment(self, segment: Path) -> None:
        for lines, end in batches(segment, self._done.get(segment, 0)):
            self._deliver(lines)
            self._done[segment] = end
        self._done.pop(segment, None)

    def _deliver(self, lines: list[bytes]) -> None:
        if self._store is None:
            self._store = open_live(self._place)
        told = deliver(self._store, lines, self._aside)
        self._shipped += told.shipped
        self._refused += told.refused
        self._settled += len(lines)

    def _write_held(self) -> None:
        """At the end, give the disk what only memory has."""
        with suppress(OSError):
            while self._held:
                self._spool.append(self._held[0])
                self._held.popleft()
        self._lost += len(self._held)
