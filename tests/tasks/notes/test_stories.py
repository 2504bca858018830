from statera.tasks.notes.stories import stories
from statera.tasks.notes.vocabulary import ALLERGENS, ANTICOAGULANTS, DEVICES, DNR, PREGNANT


def test_each_of_120_stories_is_there_once_and_whole() -> None:
    told = stories()
    assert len(told) == len(set(told)) == 120
    assert len({(story.problem, story.course) for story in told}) == 120
    assert all(part.strip() == part != "" for story in told for part in story)
    assert [story.sex for story in told] == ["?"] * 100 + ["F"] * 20


def test_no_story_holds_a_fact_that_is_asserted() -> None:
    things = (*ALLERGENS, *ANTICOAGULANTS, *DEVICES, DNR)
    words = {word.lower() for thing in things for word in thing.words if len(word) > 4}
    text = " ".join(" ".join(story[1:]) for story in stories()).lower()
    assert not [word for word in words | set(PREGNANT[:3]) if word in text]
    assert "allerg" not in text
