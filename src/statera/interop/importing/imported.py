"""What another tool's log says, in our words: the value that every reader gives.

A reader is a function `logs(paths, wanted)`: one `Log` for each run that the files hold. Its rows
are read lazily; what is wrong with the file is a DeclarationError that names file and line.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from statera.interop.importing.columnmap import ColumnMap
from statera.records.contents import Content
from statera.records.levels import Level
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import Api, Mode, SystemUnderTest
from statera.records.trials import Exchange

UNKNOWN_MODEL = "unknown"
_STRANGE = re.compile(r"[^\w.@+-]+")


class TraceTerms(NamedTuple):
    """How live traffic is read.

    `segments` are pairs of a name and the field that holds it; `unit` is the field that names the
    user, None for the usual ones. Of the requests a `share` in (0, 1] is kept, by a hash of `seed`
    and id, the same whenever they are read. Users are kept as hashes under `key`, without one under
    a random one. `refuses` reads a reply beside what was asked, `clean` takes out of a text what
    shall not be kept; `content` is the form in which texts are kept.
    """

    segments: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    share: float = 1.0
    seed: int = 0
    key: bytes = b""
    refuses: Callable[[Response, str], bool] | None = None
    clean: Callable[[str], str] | None = None
    content: Content = "full"


class Wanted(NamedTuple):
    """What the user says where a log does not: names of task and model, how tables and traffic
    are read.
    """

    task: str | None = None
    model: str | None = None
    traces: TraceTerms = TraceTerms()
    columns: ColumnMap = ColumnMap()


class Row(NamedTuple):
    """One trial of a log; `where` is its place in the file, as in `a.csv, line 3`.

    `epoch` None is the next one of the sample, unless the row has other metrics: then they join
    the trial that is there. A score's `value` is the tool's own number, also where the outcome is
    neither right nor wrong.
    """

    where: str
    task: str
    sample: Sample
    exchanges: tuple[Exchange, ...]
    scores: tuple[Score, ...]
    epoch: int | None = None
    started: float = 0.0


class Facts(NamedTuple):
    """How a task was asked. `instrument` is what the tool grades by; its digest is compared.

    `macro` adds the mean over categories.
    """

    version: str = ""
    mode: Mode = "generate"
    api: Api = "chat"
    num_fewshot: int = 0
    instrument: Any = None
    macro: bool = False


@dataclass(frozen=True, kw_only=True)
class Log:
    """One run of another tool. `files` are those that were read.

    `facts` are by task, and `graded` says by metric whether values lie between right and wrong,
    each where the tool says so. `better` says of all metrics but those in `higher` whether more of
    them is better: less is of attacks that succeed. `level` says where a scorecard shows it, and
    texts of the level `alignment` are sensitive. `blind` names the outcomes that the log cannot
    tell from wrong; it may shrink while rows are read, as `notes` grows. `stopped` says why the run
    ended early, or is empty. Of traffic, which never ends, `stream` is the run's identity: what was
    not there yet is added to it. `content` is the form in which texts are kept. `columns` is what
    was said of a table's columns.
    """

    tool: str
    files: tuple[Path, ...]
    system: SystemUnderTest
    rows: Iterable[Row]
    blind: Sequence[Outcome]
    version: str = ""
    created: float = 0.0
    suite: str = ""
    lead: str = ""
    facts: Mapping[str, Facts] = field(default_factory=dict)
    graded: Mapping[str, bool] = field(default_factory=dict)
    better: Literal["higher", "lower"] = "higher"
    higher: frozenset[str] = frozenset()
    level: Level = "capability"
    stopped: str = ""
    stream: str = ""
    content: Content = "full"
    columns: Mapping[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


Reader = Callable[[Sequence[Path], Wanted], Iterator[Log]]


Watch = Callable[[str, int], None]
"""Told `read` or `kept` with the number of trials so far."""


def plain_name(text: str) -> str:
    """Return the text as a name of a task or a metric: letters, digits and `_.@+-`."""
    return _STRANGE.sub("_", text).strip("_") or "unnamed"
