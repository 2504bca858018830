"""The desk at which people label: what is next for whom, and what each of them said.

    desk = Desk(things, sheet, sink)
    view = desk.view("ana")                          # the first thing in ana's own order
    view = desk.choose("ana", view.position, "4")    # kept by the sink, then the next

Everything that a desk knows of a person follows from the entries that were kept: a page that
was killed goes on where it was. What it shows names no run, model or item: a thing is known by
its position in the labeller's order.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from statera.interop.labels import Label, Mark
from statera.seeds import unit

Place = tuple[str, str, int]
TIE = "tie"
_OF_RUN = {"ab": {"left": "A", "right": "B"}, "ba": {"left": "B", "right": "A"}}


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """One reply to be labelled, or a pair: the first run's reply (A) and the other's (B)."""

    place: Place
    prompt: str
    replies: tuple[str, ...]
    reference: str | None = None
    probability: float | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that a labeller may give: `value` goes over the wire, `key` gives it.

    `hint` says which keys give it, where its name does not.
    """

    value: str
    name: str
    key: str
    text: str = ""
    hint: str = ""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of all things alike, and what every entry says of where it is from."""

    title: str
    question: str
    choices: tuple[Choice, ...]
    pairs: bool = False
    criterion: str = ""
    run: str = ""
    against: str = ""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a labeller sees now. Without a position all is done, but for what was passed over."""

    position: int | None
    total: int
    done: int
    skipped: int
    undoable: bool
    prompt: str = ""
    replies: tuple[str, ...] = ()
    reference: str | None = None


class Stale(Exception):
    """The page shows another thing than the one that is next: it was labelled elsewhere."""


class Unfit(Exception):
    """No such choice."""


class _Acts:
    """What one labeller did: the things labelled or passed over, in order, and the last undone."""

    def __init__(self) -> None:
        self.marks: dict[Place, Mark] = {}
        self.back: Place | None = None

    def add(self, place: Place, mark: Mark) -> None:
        self.back = place if mark == "undo" else None
        self.marks.pop(place, None)
        if mark != "undo":
            self.marks[place] = mark

    def of(self, mark: Mark) -> list[Place]:
        return [place for place, found in self.marks.items() if found == mark]


class Desk:
    """Who labelled what, of which things. The sink keeps an entry before anything moves on."""

    def __init__(
        self,
        things: Sequence[Thing],
        sheet: Sheet,
        sink: Callable[[Label], None],
        entries: Iterable[Label] = (),
    ) -> None:
        self.sheet = sheet
        self._things = {thing.place: thing for thing in things}
        self._sink = sink
        self._acts: dict[str, _Acts] = {}
        self._orders: dict[str, list[Place]] = {}
        for entry in entries:
            if entry.criterion == sheet.criterion:
                self._note(entry)

    def view(self, labeller: str) -> View:
        """Return what the labeller sees now."""
        acts, order = self._of(labeller), self._order(labeller)
        place = self._next(labeller)
        labelled, skipped = len(acts.of("label")), len(acts.of("skip"))
        view = View(
            position=None,
            total=len(order),
            done=labelled,
            skipped=skipped,
            undoable=bool(acts.marks),
        )
        if place is None:
            return view
        thing = self._things[place]
        return msgspec.structs.replace(
            view,
            position=order.index(place) + 1,
            prompt=thing.prompt,
            replies=thing.replies if self._shown(labeller, place) != "ba" else thing.replies[::-1],
            reference=thing.reference,
        )

    def choose(
        self, labeller: str, position: int | None, choice: str, *, seconds: float | None = None
    ) -> View:
        """Keep the labeller's choice for the thing at the position, and return what is next.

        Stale when another thing is next, Unfit for what is no choice.
        """
        if choice not in {one.value for one in self.sheet.choices}:
            raise Unfit(choice)
        place = self._expected(labeller, position)
        shown = self._shown(labeller, place)
        label = _OF_RUN[shown].get(choice, choice.upper()) if shown else choice
        self._keep(labeller, place, label=label, shown=shown, seconds=seconds)
        return self.view(labeller)

    def skip(self, labeller: str, position: int | None) -> View:
        """Pass over the thing at the position; `again` brings back all that were passed over."""
        self._keep(labeller, self._expected(labeller, position), mark="skip")
        return self.view(labeller)

    def undo(self, labeller: str) -> View:
        """Take back the labeller's last act; that thing is next."""
        marks = self._of(labeller).marks
        if marks:
            self._keep(labeller, next(reversed(marks)), mark="undo")
        return self.view(labeller)

    def again(self, labeller: str) -> View:
        """Bring back what was passed over, the first of it next."""
        skipped = set(self._of(labeller).of("skip"))
        for place in [place for place in self._order(labeller) if place in skipped][::-1]:
            self._keep(labeller, place, mark="undo")
        return self.view(labeller)

    def _keep(
        self,
        labeller: str,
        place: Place,
        *,
        mark: Mark = "label",
        label: str = "",
        shown: str = "",
        seconds: float | None = None,
    ) -> None:
        task, sample_id, epoch = place
        entry = Label(
            task=task,
            id=sample_id,
            epoch=epoch,
            label=label,
            labeller=labeller,
            probability=self._things[place].probability,
            criterion=self.sheet.criterion,
            seconds=seconds,
            shown=shown,
            run=self.sheet.run,
            against=self.sheet.against,
            mark=mark,
        )
        self._sink(entry)
        self._note(entry)

    def _note(self, entry: Label) -> None:
        place = (entry.task, entry.id, entry.epoch)
        if place in self._things:
            self._of(entry.labeller).add(place, entry.mark)

    def _of(self, labeller: str) -> _Acts:
        return self._acts.setdefault(labeller, _Acts())

    def _order(self, labeller: str) -> list[Place]:
        """Return all things in the labeller's own order, the same each time."""
        if labeller not in self._orders:
            key = self._things
            self._orders[labeller] = sorted(key, key=lambda place: unit("order", labeller, *place))
        return self._orders[labeller]

    def _shown(self, labeller: str, place: Place) -> str:
        """Return whose reply of a pair is on the left: the first run's (`ab`), or the other's."""
        if not self.sheet.pairs:
            return ""
        return "ab" if unit("side", labeller, *place) < 0.5 else "ba"

    def _next(self, labeller: str) -> Place | None:
        acts = self._of(labeller)
        if acts.back is not None:
            return acts.back
        return next((p for p in self._order(labeller) if p not in acts.marks), None)

    def _expected(self, labeller: str, position: int | None) -> Place:
        place = self._next(labeller)
        if place is None or self._order(labeller).index(place) + 1 != position:
            raise Stale(position)
        return place


PAIR_CHOICES = (
    Choice(value="left", name="A", text="is better", key="a", hint="a ←"),
    Choice(value=TIE, name="Tie", key="t", hint="t ↓"),
    Choice(value="right", name="B", text="is better", key="b", hint="b →"),
)
