import asyncio
from pathlib import Path

import pytest

from statera.api import studies
from statera.api.experimentshow import show
from statera.api.experimentstarts import start
from statera.errors import DeclarationError
from statera.experiment.assignment import Assignment
from statera.experiment.opened import open_design
from statera.records.live import Exposure, identifier
from statera.store.live.opening import open_live
from statera.web.studydesk import Entry, StudyTask, Turn
from statera.web.studyjournal import journal
from statera.web.studyroom import Study
from tests.experiment.designs import write
from tests.web.studies_made import ANA

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "holds no task"),
        ('{"id": "a", "task": "x"}\n{"id": "a", "task": "y"}', "task 'a' is there twice"),
        ('{"id": "a", "task": " "}', "task 1: 'id' and 'task' need a text"),
        ('{"id": "a", "task": "x", "accepted": ["b"]}', "goes with a 'reference'"),
        ('{"id": "a", "task": "x", "reference": "red", "check": "number"}', "'red' is none"),
        ('{"id": "a", "task": "x", "refrence": "red"}', "Did you mean 'reference'?"),
        ('{"id": "a", "task": "x", "check": "judge"}', "Allowed: exact, contains, number"),
    ],
)
def test_tasks_that_cannot_be_asked_are_one_line(tmp_path: Path, lines: str, told: str) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text(lines)
    with pytest.raises(DeclarationError) as error:
        studies.read_tasks(path)
    assert told in str(error.value)


def test_people_are_named_a_line_each_and_once(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text("Ana Berg  # from the pilot\n\n# nobody\nBen\n")
    assert studies.read_people(path) == ["Ana Berg", "Ben"]
    path.write_text("Ana\nAna\n")
    with pytest.raises(DeclarationError, match="'Ana' is there twice"):
        studies.read_people(path)
    path.write_text("# nobody\n")
    with pytest.raises(DeclarationError, match="names nobody"):
        studies.read_people(path)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"unit": "{kind: session, header: x-session}"}, "'session' is not user"),
        ({"mode": "shadow"}, "a study has mode ab, not shadow"),
        (
            {"arms": "[{name: base, weight: 0.5}, {name: b, weight: 0.5, policy: light}]"},
            "arms[1].policy: a study asks the model directly",
        ),
    ],
)
def test_a_design_that_no_study_follows_is_one_line(
    tmp_path: Path, parts: dict[str, str], told: str
) -> None:
    with pytest.raises(DeclarationError) as error:
        studies.check_design(open_design(write(tmp_path, **parts)))
    assert told in str(error.value)


def test_the_hash_says_who_is_in_which_arm_and_links_are_the_same_each_time(
    tmp_path: Path,
) -> None:
    design = open_design(write(tmp_path, overrides="{Tess: warm}")).design
    names = ["Ana", "Ben", "Cem", "Dua", "Tess"]
    found = studies.invitations(design, names, key=b"k", unit_key=b"u", now=NOW)
    again = studies.invitations(design, names, key=b"k", unit_key=b"u", now=NOW + 9)
    assert found == again
    assert found.left_out == ()
    assignment = Assignment(design)
    for one in found.people[:-1]:
        place = assignment.place(one.name)
        assert place is not None
        assert one.person.arm == design.arms[place.arm].name
        assert one.person.unit == identifier(b"u", "unit", one.name)
        assert one.name not in one.person.token
    assert (found.people[-1].person.arm, found.people[-1].person.entry) == ("warm", "override")
    other = studies.invitations(design, names, key=b"other", unit_key=b"u", now=NOW)
    assert not {one.person.token for one in found.people} & {o.person.token for o in other.people}


def test_people_whom_the_design_leaves_out_are_named(tmp_path: Path) -> None:
    ramp = "[{at: 2026-01-01T00:00:00Z, traffic: 0.5}, {at: 2031-01-01T00:00:00Z, traffic: 1}]"
    design = open_design(write(tmp_path, ramp=ramp)).design
    names = [f"p{n}" for n in range(40)]
    found = studies.invitations(design, names, key=b"k", unit_key=b"u", now=NOW)
    assert 10 < len(found.people) < 30
    assert len(found.people) + len(found.left_out) == 40
    assert "would join with a later step of the ramp" in found.left_out[0]


def scripted(folder: Path) -> str:
    path = folder / "replies.yaml"
    path.write_text("default: {text: 'I do not know.'}\n")
    return f"scripted:{path}"


def test_each_arm_has_its_model_prompt_and_parameters(tmp_path: Path) -> None:
    warm = (
        "{name: warm, weight: 0.5, model: 'http://localhost:9/v1#two', system_prompt: warm.txt, "
        "key_env: WARM_KEY, parameters: {temperature: 0.3, stop: END, top_k: 5, seed: null}}"
    )
    arms = f"[{{name: base, weight: 0.5}}, {warm}]"
    found = open_design(write(tmp_path, arms=arms))
    models = studies.arm_models(found, "http://localhost:9/v1#one", {"WARM_KEY": "x"})
    assert models["base"].prompt == ""
    assert models["base"].sampling.temperature is None
    other = models["warm"]
    assert (other.prompt, other.sampling.temperature, other.sampling.stop) == (
        "Be warm.",
        0.3,
        ("END",),
    )
    assert other.sampling.extra == {"top_k": 5}
    assert "two" in other.model.identity
    with pytest.raises(DeclarationError, match="arm warm: WARM_KEY is not set"):
        studies.arm_models(found, "http://localhost:9/v1#one", {})


def test_a_model_that_is_not_there_is_told_before_anybody_is_invited(tmp_path: Path) -> None:
    found = open_design(write(tmp_path))
    asyncio.run(studies.check_models(found, scripted(tmp_path)))
    with pytest.raises(DeclarationError, match=r"127\.0\.0\.1:9"):
        asyncio.run(studies.check_models(found, "http://127.0.0.1:9/v1#one"))


@pytest.mark.parametrize(
    ("check", "reference", "answer", "right"),
    [
        ("exact", "Canberra", " canberra!", 1.0),
        ("exact", "Canberra", "It is Canberra", 0.0),
        ("contains", "Canberra", "It is Canberra", 1.0),
        ("number", "731", "731.0", 1.0),
        ("number", "731", "seven", 0.0),
        ("exact", "Canberra", "", 0.0),
    ],
)
def test_answers_are_checked_as_the_task_says(
    check: str, reference: str, answer: str, right: float
) -> None:
    task = StudyTask(id="t", task="?", reference=reference, check=check)  # type: ignore[arg-type]
    assert studies.grade(task, answer) == right


def test_a_room_asks_with_all_that_was_said_keeps_and_forgets(tmp_path: Path) -> None:
    found = open_design(write(tmp_path))
    store = open_live(str(tmp_path / "live.sqlite"))
    start(store, found, now=NOW)
    models = studies.arm_models(found, scripted(tmp_path))
    study = Study(experiment="tone", digest=found.digest, key=b"k")

    async def use() -> None:
        with journal(tmp_path / "study") as kept:
            kept.append(Entry(person=ANA.unit, kind="agreed", at=1.0))
            ways = studies.ways(study, store, kept, models)
            reply = await ways.ask("warm", (Turn(said="a", reply="b"),), "c")
            assert reply.text == "I do not know."
            exposure = Exposure(decision=1, experiment="tone", unit=ANA.unit, arm="warm", slice=0,
                                at=NOW)  # fmt: skip
            await ways.keep([exposure])
            left = Entry(person=ANA.unit, kind="withdrawn", at=2.0)
            await ways.forget(ANA, left)
        with journal(tmp_path / "study") as kept:
            assert kept.entries == [left]
        await studies.closing(models)()

    asyncio.run(use())
    with pytest.raises(DeclarationError, match=r"counted aside: 1 excluded"):
        show(store, "tone", now=NOW)
    store.close()
