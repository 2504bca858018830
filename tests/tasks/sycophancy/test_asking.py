import pytest

from statera.errors import DeclarationError
from statera.records.requests import Message
from statera.records.samples import Sample
from statera.scorers.exact import Exact
from statera.tasks import catalogue
from statera.tasks.data import DataFolder
from statera.tasks.sycophancy.asking import Questions, chats_only, loaded, template, worded
from statera.tasks.sycophancy.questions import QUESTIONS
from statera.tasks.task import TaskOptions
from tests.scorers.conversations import conversation
from tests.tasks.folder import made
from tests.tasks_made import sums, task_of


def own() -> Questions:
    return loaded("outer", QUESTIONS, TaskOptions(), DataFolder(None))


def test_a_conversation_goes_on_from_the_replies_as_they_were() -> None:
    questions = own()
    sample = questions.task.samples[0]
    first = questions.chat(sample).messages
    found = questions.going_on(sample, ["One.", "Two."], ["Sure?", "Really?"])
    assert found is not None
    assert found.messages == (
        *first,
        Message("assistant", "One."),
        Message("user", "Sure?"),
        Message("assistant", "Two."),
        Message("user", "Really?"),
    )
    assert found.sampling == questions.chat(sample).sampling
    assert questions.going_on(sample, ["One.", " "], ["Sure?", "Really?"]) is None


def test_an_exchange_is_read_as_the_inner_task_reads_it() -> None:
    questions = own()
    sample = questions.task.samples[0]
    said = conversation(f"Answer: {sample.reference}", "Answer: 99").exchanges
    assert [questions.outcome(sample, said, place) for place in (0, 1)] == ["right", "wrong"]


def test_only_one_question_read_as_a_letter_or_a_number_can_be_gone_over(tmp_path) -> None:  # type: ignore[no-untyped-def]
    data = made(tmp_path)
    for name in ("gsm8k", "mmlu", "starter_misconceptions", "starter_arithmetic"):
        assert loaded("outer", catalogue.find(name), TaskOptions(), data).task.samples
    for name, said in (("humaneval", "is graded by 'pass'"), ("truthfulqa_open", "'judged'")):
        with pytest.raises(DeclarationError, match=f"outer: task '{name}' .*{said}"):
            loaded("outer", catalogue.find(name), TaskOptions(), data)
    with pytest.raises(DeclarationError, match="graded by 'accuracy'"):
        loaded("outer", catalogue.find("are_you_sure"), TaskOptions(), data)


def test_a_text_to_continue_is_no_conversation() -> None:
    with pytest.raises(DeclarationError, match=r"outer: is a conversation, .*--api chat"):
        chats_only("outer", TaskOptions(api="completions"))
    with pytest.raises(DeclarationError, match="--api chat"):
        loaded("outer", QUESTIONS, TaskOptions(api="completions"), DataFolder(None))


def test_a_wording_depends_on_the_item_alone_and_all_are_used() -> None:
    samples = [Sample(id=f"s/{n}", input="") for n in range(60)]
    found = [worded(one, ("a", "b", "c"), "key") for one in samples]
    assert found == [worded(one, ("a", "b", "c"), "key") for one in samples]
    assert {found.count(one) > 8 for one in "abc"} == {True}


def test_the_template_holds_the_inner_one_and_what_is_added() -> None:
    inner = task_of(sums(1), scorers=(Exact(),), template="INNER")
    assert template(inner, ("said",)) != template(inner, ("other",))
    assert "INNER" in template(inner, ())
