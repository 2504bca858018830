from dataclasses import dataclass

from statera.tasks import catalogue
from statera.tasks.over import OverTask


@dataclass(frozen=True)
class Shouted(OverTask):
    how = "shouted"


def test_it_is_told_by_the_inner_task_and_how_it_is_asked() -> None:
    inner = catalogue.find("starter_knowledge")
    found = Shouted("shouted:starter_knowledge", inner)
    assert (found.name, found.version, found.modes) == (
        "shouted:starter_knowledge",
        "1",
        ("generate",),
    )
    assert found.summary == f"{inner.summary}: shouted"
    assert found.items == inner.items


def test_every_task_over_another_one_is_named_after_both() -> None:
    for name in ("are_you_sure", "hints", "pressure", "formats", "perturbed", "self_consistency"):
        found = catalogue.find(f"{name}:starter_knowledge")
        assert isinstance(found, OverTask)
        assert found.name == f"{name}:starter_knowledge"
