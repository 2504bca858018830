import asyncio

import click
import pytest
from click.testing import CliRunner

from statera.cli.guardflags import data_flags, progress_of, stated_places
from statera.cli.guarding import check, eval, replay, tune
from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.runner.tally import Tally

MODULES = (check, eval, replay, tune)


def places(*arguments: str) -> tuple[str, ...]:
    found: list[tuple[str, ...]] = []

    @click.command()
    @data_flags
    def command(**flags: object) -> None:
        found.append(stated_places(flags))

    made = CliRunner().invoke(command, arguments, standalone_mode=False)
    if made.exception is not None:
        raise made.exception
    return found[0]


def test_files_follow_the_flag_or_come_with_one_each() -> None:
    assert places("--data", "a", "b", "c") == ("a", "b", "c")
    assert places("--data", "a", "--data", "x=b") == ("a", "x=b")
    with pytest.raises(DeclarationError, match=r"give --data FILE\.jsonl"):
        places()


def test_a_flag_says_the_same_in_every_command() -> None:
    said: dict[str, set[tuple[object, ...]]] = {}
    for module in MODULES:
        for flag in module.command.params:
            assert isinstance(flag, click.Argument | click.Option)
            if isinstance(flag, click.Option) and flag.name not in ("policy", "base", "data"):
                shape = flag.type.to_info_dict(), flag.default, flag.help, flag.metavar
                said.setdefault(str(flag.name), set()).add(tuple(map(repr, shape)))
    assert {name for name, ways in said.items() if len(ways) > 1} == set()
    policies = [next(p for p in one.command.params if p.name == "policy") for one in MODULES]
    assert [one.required for one in policies] == [False, True, True, True]
    assert len({(one.metavar, one.help) for one in policies if isinstance(one, click.Option)}) == 1


def test_progress_is_told_in_texts(capsys: pytest.CaptureFixture[str]) -> None:
    async def work(*, quiet: bool) -> None:
        tally = Tally(total=2, asked=2, begun=2)
        with progress_of(tally, SystemClock(), quiet=quiet):
            await asyncio.sleep(0)

    asyncio.run(work(quiet=False))
    assert "2/2 texts" in capsys.readouterr().err
    asyncio.run(work(quiet=True))
    assert capsys.readouterr().err == ""
