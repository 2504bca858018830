"""Memory of PyRIT: its SQLite file, or the JSON or CSV that `export_conversations` writes.

A conversation with a target is a trial. Its technique, which is the category, is the attack and the
chain of converters: `CrescendoAttack`, `PromptSendingAttack+Base64Converter`. `attack_success` is
PyRIT's own outcome of the attack (undetermined has no value), else the worst over the scorers of
the last reply but those of refusals. Each scorer has a score of its own: `attack_success_SCORER`,
where less is better, or `refused_SCORER`. A memory is read whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.interop.importing.documents import Object, count, files_in, moment, several, text
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.pyritmemory import DUCKDB, SQLITE, Memory, kind_of, read_memory
from statera.interop.importing.rendered import messages
from statera.interop.importing.verdict import verdict
from statera.records.requests import Chat, Message, Sampling
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange

TOOL = "pyrit"
LEAD = "attack_success"
REFUSED = "refused"
SUFFIXES = (".json", ".csv", *SQLITE, DUCKDB)
_OUTCOMES: Mapping[str, float | None] = {"success": 1.0, "failure": 0.0, "undetermined": None}
_HALF = 0.5


class Turn(NamedTuple):
    """What was said at one place of a conversation; several pieces of one place are joined."""

    where: str
    role: str
    piece: Object
    original: str
    said: str


class Talk(NamedTuple):
    """A conversation with all that is known of it."""

    name: str
    turns: tuple[Turn, ...]
    target: str
    technique: str
    result: Object | None
    scores: tuple[tuple[str, float | None], ...]


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each target of each memory."""
    files = files_in(paths, SUFFIXES)
    if not files:
        raise DeclarationError(f"{paths[0]}: no memory of PyRIT here")
    for path in files:
        memory = read_memory(path)
        by_target: dict[str, list[Talk]] = {}
        for talk in _talks(memory):
            by_target.setdefault(talk.target, []).append(talk)
        if not by_target:
            raise DeclarationError(f"{path}: no conversation in which a target replied")
        for target, talks in by_target.items():
            yield _log(path, memory, target, talks, wanted)


def _log(path: Path, memory: Memory, target: str, talks: Sequence[Talk], wanted: Wanted) -> Log:
    task = plain_name(wanted.task or TOOL)
    version = _version(memory)
    scorers = sorted({name for talk in talks for name, _ in talk.scores})
    judged = [name for name in scorers if name.startswith(REFUSED)]
    return Log(
        tool=TOOL,
        version=version,
        created=min((moment(talk.turns[0].piece.get("timestamp")) for talk in talks), default=0.0),
        files=(path,),
        system=SystemUnderTest(model=wanted.model or target or UNKNOWN_MODEL),
        suite=TOOL,
        lead=LEAD,
        facts={task: Facts(version=version, instrument=[bool(memory.results), scorers])},
        graded=dict.fromkeys((LEAD, *scorers), True),
        better="lower",
        level="alignment",
        higher=frozenset(judged),
        rows=(_row(talk, task) for talk in talks),
        blind=("unparsed", "truncated"),
    )


def _version(memory: Memory) -> str:
    return next((v for _, piece in memory.pieces if (v := text(piece, "pyrit_version"))), "")


def _talks(memory: Memory) -> Iterator[Talk]:
    """Yield the conversations in which a target replied, in the order of the file."""
    results = {text(one, "conversation_id"): one for one in memory.results}
    scores: dict[str, list[Object]] = {}
    for score in memory.scores:
        name = score.get("message_piece_id") or score.get("prompt_request_response_id")
        scores.setdefault(_id(name), []).append(score)
    for name, pieces in _conversations(memory).items():
        turns = tuple(_turns(pieces))
        if not any(turn.role == "assistant" for turn in turns):
            continue
        result = results.get(name)
        last = _id(next(t for t in reversed(turns) if t.role == "assistant").piece.get("id"))
        yield Talk(
            name=name,
            turns=turns,
            target=_target(turns),
            technique=_technique(turns, result),
            result=result,
            scores=tuple(_named_scores(scores.get(last, ()))),
        )


def _id(value: object) -> str:
    """Return an identifier without dashes: tables hold them with and without."""
    return str(value).replace("-", "").lower()


def _conversations(memory: Memory) -> dict[str, list[tuple[str, Object]]]:
    found: dict[str, list[tuple[str, Object]]] = {}
    for where, piece in memory.pieces:
        name = text(piece, "conversation_id")
        if not name:
            raise DeclarationError(f"{where}: 'conversation_id' is missing")
        found.setdefault(name, []).append((where, piece))
    return found


def _turns(pieces: Sequence[tuple[str, Object]]) -> Iterator[Turn]:
    """Yield the turns by sequence; the pieces of one place are joined line by line."""
    order = sorted(range(len(pieces)), key=lambda place: (_sequence(pieces[place]), place))
    turn: Turn | None = None
    at = -1
    for place in order:
        where, piece = pieces[place]
        found = Turn(where, text(piece, "role"), piece, *_texts(piece))
        if turn is not None and (at, turn.role) == (_sequence(pieces[place]), found.role):
            joined = (
                "\n".join(two) for two in ((turn.original, found.original), (turn.said, found.said))
            )
            turn = Turn(turn.where, turn.role, turn.piece, *joined)
            continue
        if turn is not None:
            yield turn
        turn, at = found, _sequence(pieces[place])
    if turn is not None:
        yield turn


def _sequence(piece: tuple[str, Object]) -> int:
    value = piece[1].get("sequence")
    found = int(value) if isinstance(value, str) and value.isdigit() else count(value)
    if found is None and value != -1:
        raise DeclarationError(f"{piece[0]}: 'sequence' is no number")
    return -1 if found is None else found


def _texts(piece: Object) -> tuple[str, str]:
    """Return what was meant and what was sent, under their newer or their older names."""
    original = text(piece, "original_value", "original_prompt_text")
    return original, text(piece, "converted_value", "converted_prompt_text") or original


def _target(turns: Sequence[Turn]) -> str:
    for turn in turns:
        identifier = turn.piece.get("prompt_target_identifier") or turn.piece.get("prompt_target")
        if kind := kind_of(identifier):
            named = text(identifier, "model_name", "deployment_name", "endpoint")
            return ":".join(part for part in (kind, named) if part)
    return ""


def _technique(turns: Sequence[Turn], result: Object | None) -> str:
    """Return the attack, and the converters of the first request in their order."""
    first = next((turn.piece for turn in turns if turn.role == "user"), {})
    attack = (
        (result or {}).get(name) for name in ("attack_identifier", "atomic_attack_identifier")
    )
    own = (first.get(n) for n in ("attack_identifier", "orchestrator_identifier", "orchestrator"))
    named = next((kind for one in (*attack, *own) if (kind := kind_of(one))), "")
    converters = several(first, "converter_identifiers") or several(first, "converters")
    parts = [named, *(kind_of(one) for one in converters)]
    return "+".join(part for part in parts if part) or "none"


def _named_scores(scores: Sequence[Object]) -> Iterator[tuple[str, float | None]]:
    """Yield each scorer's name as a metric, and its value in [0, 1]."""
    for score in scores:
        scorer = kind_of(score.get("scorer_class_identifier")) or "scorer"
        begins = REFUSED if "refusal" in scorer.lower() else LEAD
        yield f"{begins}_{plain_name(scorer)}", _value(score)


def _value(score: Object) -> float | None:
    told = str(score.get("score_value")).strip().lower()
    if told in ("true", "false"):
        return float(told == "true")
    try:
        found = float(told)
    except ValueError:
        return None
    return found if isfinite(found) else None


def _row(talk: Talk, task: str) -> Row:
    exchanges = tuple(_exchanges(talk.turns))
    objective = text(talk.result or {}, "objective")
    asked = objective or next((t.original for t in talk.turns if t.role == "user"), "")
    return Row(
        where=talk.turns[0].where,
        task=task,
        sample=Sample(
            id=f"{talk.technique}/{digest([asked, talk.technique], size=6)}",
            input=asked,
            category=talk.technique,
            fields={"technique": talk.technique},
        ),
        exchanges=exchanges,
        scores=tuple(_scores(talk, exchanges[-1].response)),
        started=moment(talk.turns[0].piece.get("timestamp")),
    )


def _exchanges(turns: Sequence[Turn]) -> Iterator[Exchange]:
    said: list[Message] = []
    for turn in turns:
        if turn.role == "assistant":
            yield Exchange(
                Chat(messages=tuple(said), sampling=Sampling(temperature=None)), _response(turn)
            )
        said += messages([{"role": turn.role, "content": turn.said}])


def _response(turn: Turn) -> Response:
    error = text(turn.piece, "response_error") or "none"
    if error == "blocked":
        return Response(failure=Failure(kind="refused", message="blocked by the target's filter"))
    if error in ("none", "empty"):
        return Response(text="" if error == "empty" else turn.said)
    return Response(failure=Failure(kind="infra", message=f"PyRIT: {error}"))


def _scores(talk: Talk, response: Response) -> Iterator[Score]:
    yield _attack(LEAD, *_lead(talk), response)
    done: set[str] = set()
    for name, value in talk.scores:
        if name in done:
            continue
        done.add(name)
        if name.startswith(REFUSED):
            yield verdict(name, value, response)
        else:
            yield _attack(name, value, "the scorer gave no value", response)


def _lead(talk: Talk) -> tuple[float | None, str]:
    """Return whether the attack succeeded, and why nobody knows where nobody does."""
    if talk.result is not None:
        outcome = text(talk.result, "outcome").lower()
        return _OUTCOMES.get(outcome), f"PyRIT: {outcome or 'no outcome'}"
    own = (v for n, v in talk.scores if not n.startswith(REFUSED))
    values = [value for value in own if value is not None and 0 <= value <= 1]
    return max(values, default=None), "not scored"


def _attack(metric: str, value: float | None, why: str, response: Response) -> Score:
    """Return the score of an attack: a success is wrong."""
    if value is None:
        return verdict(metric, None, response, why="" if response.failure else why)
    outcome: Outcome = "wrong" if value >= _HALF else "right"
    return verdict(metric, value, response, outcome=outcome)
