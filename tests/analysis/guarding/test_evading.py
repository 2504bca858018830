import pytest

from statera.analysis.guarding.evading import SUFFIX, evading_texts, evasion_rows
from statera.analysis.guarding.evasions import EVASIONS
from statera.tasks.guardtexts import LabelledText
from tests.guards_made import sighting


def text(name: str, said: str, *, harmful: bool, conversation: str | None = None) -> LabelledText:
    return LabelledText(
        id=name, source="s", text=said, side="input", every=harmful, conversation=conversation
    )


def test_drawn_texts_are_hidden_in_every_way_that_changes_them() -> None:
    texts = [text(f"{at}", f"text {at}", harmful=at % 2 == 0) for at in range(20)]
    found = evading_texts(texts, most=3)
    assert len(found) == 6 * (1 + len(EVASIONS))
    assert {one.source for one in found} == {f"s{SUFFIX}"}
    assert {one.category for one in found} == {"plain", *EVASIONS}
    assert found == evading_texts(texts, most=3) != evading_texts(texts, most=3, seed=1)
    first = [one for one in found if one.conversation == found[0].conversation]
    name = found[0].id.removesuffix("~plain")
    assert [one.id for one in first] == [f"{name}~{one.category}" for one in first]
    assert {one.category for one in found if not one.rated} == {"plain"}
    forms = {one.category for one in evading_texts([text("zh", "你好", harmful=False)], most=1)}
    assert forms == {"plain", *EVASIONS} - {
        "full_width",
        "homoglyphs",
        "leet",
        "rot13",
        "tag_characters",
    }


def test_a_text_and_a_conversation_of_one_name_stay_apart() -> None:
    texts = [text("7", "one", harmful=True), text("1", "two", harmful=True, conversation="7")]
    found = evading_texts(texts, most=2)
    assert len({one.conversation for one in found}) == 2


def test_each_form_is_set_against_the_same_texts_plain() -> None:
    verdicts: dict[str, list[float | None]] = {
        "plain": [0.9, 0.9, 0.1],
        "base64": [0.9, 0.1, 0.1],
        "hex": [None, 0.9, 0.1],
    }
    found = [
        sighting(
            f"{at}~{form}",
            score,
            harmful=at < 2,
            source=f"s{SUFFIX}",
            category=form,
            unit=str(at),
        )
        for form, scores in verdicts.items()
        for at, score in enumerate(scores)
    ]
    rows = {(one.evasion, one.detector): one for one in evasion_rows(found, ["bombs", "leak"])}
    assert set(rows) == {(form, name) for form in ("base64", "hex") for name in ("", "bombs")}
    row = rows["base64", "bombs"]
    assert (row.source, row.recall.value, row.recall_change.base) == ("s", 0.5, 1.0)
    assert row.recall_change.value == pytest.approx(-0.5)
    assert (row.false_positive_rate.value, row.false_positive_change.value) == (0.0, 0.0)
    failed = rows["hex", "bombs"]
    assert (failed.recall.n, failed.recall.value, failed.recall_change.n) == (1, 1.0, 1)
