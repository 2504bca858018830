from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks import builtin, catalogue
from statera.tasks.builtin import gsm8k

FIVE = ("mmlu", "hellaswag", "truthfulqa", "gsm8k", "humaneval")


def test_every_file_is_a_task_of_that_name() -> None:
    files = [p.stem for p in Path(builtin.__path__[0]).glob("[!_]*.py")]
    assert set(files) <= set(catalogue.names())
    for name in files:
        definition = catalogue.find(name)
        assert definition.name == name
        assert definition.version
        assert definition.summary
        assert definition.modes


def test_the_five_are_there_with_their_data() -> None:
    assert set(FIVE) <= set(catalogue.names())
    assert set(FIVE) == set(catalogue.origins())
    assert catalogue.origin("gsm8k") is gsm8k.origin


def test_every_origin_is_pinned() -> None:
    for origin in catalogue.origins().values():
        for download in origin.downloads:
            assert download.url.startswith("https://")
            assert len(download.sha256) == 64
            assert "/main/" not in download.url
            assert "/master/" not in download.url


@pytest.mark.parametrize(("name", "nearest"), [("mmlu5", "mmlu"), ("gsm-8k", "gsm8k")])
def test_an_unknown_task_gives_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(DeclarationError, match=rf"unknown task '{name}'. Did you mean '{nearest}'"):
        catalogue.find(name)
    with pytest.raises(DeclarationError, match=r"unknown data set 'mmluu'. Did you mean 'mmlu'"):
        catalogue.origin("mmluu")


def _install(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    points = EntryPoints([EntryPoint(name="ours", value=value, group=catalogue.GROUP)])
    monkeypatch.setattr(catalogue, "entry_points", lambda group: points.select(group=group))


def test_another_package_adds_a_task_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, "statera.tasks.builtin.gsm8k:definition")
    assert "ours" in catalogue.names()
    assert catalogue.find("ours") is gsm8k.definition


@pytest.mark.parametrize("value", ["nowhere.at.all:x", "statera.errors:nothing", "json:dumps"])
def test_a_broken_entry_point_is_one_line(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    _install(monkeypatch, value)
    with pytest.raises(DeclarationError, match=rf"task 'ours' \({value}\)"):
        catalogue.find("ours")


def test_a_task_with_questions_of_its_own_only_goes_over_no_other() -> None:
    with pytest.raises(DeclarationError, match="task 'mmlu' asks its own questions only"):
        catalogue.find("mmlu:gsm8k")


def test_the_inner_task_must_be_known() -> None:
    with pytest.raises(DeclarationError, match="gsm8k"):
        catalogue.find("mmlu:gsm-8k")
