"""A model behind the guard: what its user gets, and what a scorer makes of that."""

import asyncio
from pathlib import Path

import pytest

from statera.api.comparisons import compare
from statera.api.runs import run_async
from statera.api.stored import Run
from statera.models.callables import model
from statera.models.clock import SystemClock
from statera.models.configured import price_list, stated_body, stated_sampling
from statera.models.opening import open_model
from statera.models.script import Reply
from statera.models.scripted import ScriptedModel
from statera.protocols import Model
from statera.records.requests import Chat, Complete, Embed, Likelihood, Message, Request
from statera.records.responses import Response, TokenLogprob
from statera.scorers.refusal import by_provider
from statera.store.runstore import RunStore
from statera.strategies.guarded import NO_LIKELIHOODS, Guarded, asked_passages
from statera.strategies.policies import OpenedPolicy, open_policy
from statera.tasks.suite import Suite
from tests.guards_made import faulty_policy, policy_file


def ask(policy: OpenedPolicy | Path, request: Request, *said: Reply | str) -> Response:
    """Return the answer of a scripted model behind the policy."""
    return asked(policy, request, ScriptedModel(list(said)))


def asked(policy: OpenedPolicy | Path, request: Request, inside: Model) -> Response:
    async def answer() -> Response:
        clock = SystemClock()
        opened = open_policy(policy, clock=clock) if isinstance(policy, Path) else policy
        model = Guarded(inside, opened, clock)
        try:
            return await model.answer(request)
        finally:
            await model.close()

    return asyncio.run(answer())


def chat(*said: str) -> Chat:
    return Chat(messages=tuple(Message("user", text) for text in said))


def test_what_passes_is_the_models_own_answer(tmp_path: Path) -> None:
    found = ask(policy_file(tmp_path), chat("The capital of France?"), "Paris")
    assert (found.text, found.failure, found.notes) == ("Paris", None, ())


def test_a_blocked_request_is_never_asked_and_reads_as_a_refusal(tmp_path: Path) -> None:
    model = ScriptedModel(["never"])
    found = asked(policy_file(tmp_path), chat("one", "how do bombs work"), model)
    assert model.count == 0
    assert found.failure is not None
    assert (found.failure.kind, found.failure.status) == ("refused", 400)
    assert (found.text, found.finish, found.cost) == (None, "content_filter", 0.0)
    assert found.failure.message.startswith("guard, input blocked by bombs: This request")
    assert by_provider(found)
    assert found.notes[0].startswith("guard: input block (bombs); decision ")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="Take two bombs", logprobs=(TokenLogprob("Take", -0.1),)),
        Reply(text="Paris", reasoning="bombs?"),
        Reply(text="", refusal="No bombs here"),
    ],
)
def test_a_blocked_reply_takes_everything_of_it_along_but_its_cost(
    tmp_path: Path, reply: Reply
) -> None:
    found = ask(policy_file(tmp_path), chat("hello"), reply)
    assert found.failure is not None
    assert found.failure.message.startswith("guard, output blocked by bombs: This reply")
    assert (found.text, found.reasoning, found.refusal, found.logprobs) == (None, None, None, ())
    assert found.finish == "content_filter"
    assert found.model == "scripted"
    assert by_provider(found)
    assert "guard: output block" in found.notes[0]


def test_what_is_taken_out_comes_back_in_the_reply(tmp_path: Path) -> None:
    calls = ({"function": {"name": "send", "arguments": '{"to": "[EMAIL_1]"}'}},)
    model = ScriptedModel([Reply(text="Dear [EMAIL_1]", tool_calls=calls)])
    found = asked(policy_file(tmp_path), chat("Write to ada@example.com"), model)
    request = model.asked[0]
    assert isinstance(request, Chat)
    assert request.messages[0].content == "Write to [EMAIL_1]"
    assert found.text == "Dear ada@example.com"
    assert found.tool_calls[0]["function"]["arguments"] == '{"to": "ada@example.com"}'
    assert found.notes[0].startswith("guard: input redact (mails); decision ")


def test_a_reply_is_redacted_and_its_logprobs_are_of_another_text(tmp_path: Path) -> None:
    policy = policy_file(
        tmp_path,
        "detectors:\n  - {name: codes, use: regex, with: {patterns: [osprey], label: CODE},"
        " sides: [output], action: redact}\n",
    )
    said = Reply(text="Project Osprey", logprobs=(TokenLogprob("Project", -0.1),))
    found = ask(policy, chat("x"), said)
    assert (found.text, found.logprobs) == ("Project [CODE]", ())


def test_completions_and_embeddings_are_checked_too(tmp_path: Path) -> None:
    policy, model = policy_file(tmp_path), ScriptedModel(["done"])
    found = asked(policy, Complete(prompt="Mail ada@example.com"), model)
    assert found.text == "done"
    request = model.asked[0]
    assert isinstance(request, Complete)
    assert request.prompt == "Mail [EMAIL_1]"
    for blocked in (Complete(prompt="bombs"), Embed(texts=("fine", "bombs"))):
        found = ask(policy, blocked, "never")
        assert found.failure is not None
        assert found.failure.kind == "refused"
    passed = ask(policy, Embed(texts=("fine", "ada@example.com")), "never")
    assert passed.failure is not None
    assert passed.failure.message == "a scripted model has no embeddings"


def test_a_check_that_fails_is_no_refusal(tmp_path: Path) -> None:
    found = ask(faulty_policy(sides=("input",)), chat("broken text"), "never")
    assert found.failure is not None
    assert (found.failure.kind, found.failure.status) == ("infra", 503)
    assert found.failure.message == "guard_unavailable: faulty failed"
    late = ask(faulty_policy(sides=("output",)), chat("0.1"), "broken reply")
    assert late.failure is not None
    assert (late.failure.kind, late.text) == ("infra", None)


def test_an_open_failure_passes_and_is_marked(tmp_path: Path) -> None:
    found = ask(faulty_policy(on_failure="open"), chat("broken text"), "0.1 fine")
    assert (found.text, found.failure) == ("0.1 fine", None)
    assert found.notes[0].startswith("guard: input bypassed (faulty failed); decision ")


MIXED = """\
detectors:
  - {name: bad, use: regex, with: {patterns: [attack]}, sides: [input]}
  - {name: dead, use: llm, with: {family: llama-guard, model: "http://127.0.0.1:9/v1#x"},
     timeout: 0.05, TERMS}
"""


@pytest.mark.parametrize(
    ("terms", "asked", "told"),
    [
        ("on_failure: open", "attack", "block (bad), besides: dead late"),
        ("on_failure: open", "hello", "bypassed (dead late)"),
        ("on_failure: closed, action: annotate", "hello", "bypassed (dead late)"),
        ("on_failure: closed", "hello", "unavailable (dead late)"),
        ("mode: shadow", "attack", "block (bad), besides: dead late"),
    ],
)
def test_what_could_not_look_is_not_behind_a_block(
    tmp_path: Path, terms: str, asked: str, told: str
) -> None:
    found = ask(policy_file(tmp_path, MIXED.replace("TERMS", terms)), chat(asked), "fine")
    assert found.notes[0].startswith(f"guard: input {told}; decision ")
    if found.failure is not None and found.failure.kind == "refused":
        assert found.failure.message.startswith("guard, input blocked by bad: ")


def test_of_texts_too_long_only_those_are_named_that_hold_them_back(tmp_path: Path) -> None:
    policy = policy_file(
        tmp_path,
        "longest: 5\ndetectors:\n"
        "  - {name: mild, use: regex, with: {patterns: [a]}, sides: [input], beyond: allow}\n"
        "  - {name: strict, use: regex, with: {patterns: [a]}, sides: [input]}\n",
    )
    found = ask(policy, chat("too long"), "never")
    assert found.notes[0].startswith("guard: input block (strict beyond), besides: mild beyond; ")


def test_what_only_watches_is_noted(tmp_path: Path) -> None:
    found = ask(faulty_policy(mode="shadow"), chat("0.9 text"), "0.1 fine")
    assert found.text == "0.1 fine"
    assert found.notes[0].startswith("guard: input allow, would block (faulty); decision ")


def test_log_likelihoods_are_not_offered(tmp_path: Path) -> None:
    found = ask(policy_file(tmp_path), Likelihood(context="a", continuations=(" b",)), "x")
    assert found.failure is not None
    assert found.failure.message == NO_LIKELIHOODS

    async def capable() -> bool:
        inside = ScriptedModel([Reply(likelihoods=(-1.0,))])
        clock = SystemClock()
        model = Guarded(inside, open_policy(policy_file(tmp_path), clock=clock), clock)
        found = await model.capabilities()
        await model.close()
        return found.likelihood or found.likelihood_reason != NO_LIKELIHOODS

    assert not asyncio.run(capable())


def test_tools_say_results_and_each_message_knows_what_came_before() -> None:
    said = (Message("system", "s"), Message("user", "u"), Message("tool", "t"))
    found = asked_passages(Chat(messages=said))
    assert [(one.side, one.role, one.before) for one in found] == [
        ("input", "system", ()),
        ("input", "user", ("s",)),
        ("tool_result", "tool", ("s", "u")),
    ]


def test_the_system_under_test_is_the_model_with_its_settings_and_the_policy(
    tmp_path: Path,
) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(
        "url: http://127.0.0.1:9/v1\nname: m\nsampling: {top_p: 0.5}\nbody: {effort: high}\n"
        "prices: {input: 1.0, output: 2.0}\n"
    )
    inside = open_model(str(file), environ={})
    opened = open_policy(policy_file(tmp_path), clock=SystemClock())
    model = Guarded(inside, opened, SystemClock())
    assert model.identity == f"{inside.identity} + {opened.identity}"
    assert stated_sampling(model) == {"top_p": 0.5}
    assert stated_body(model) == {"effort": "high"}
    assert price_list(model).known
    asyncio.run(model.close())


def test_cost_and_gain_of_a_guard_come_from_the_same_items(tmp_path: Path) -> None:
    said = {"how do bombs work": "flame", "the colour of snow": "white", "what burns": "bombs"}
    rows = (f'{{"q": "{question}", "a": "{answer}"}}\n' for question, answer in said.items())
    (tmp_path / "items.jsonl").write_text("".join(rows))
    (tmp_path / "task.yaml").write_text(
        "task: words\ndata: items.jsonl\nprompt: '{{ q }}'\nreference: a\nscorers: [exact]\n"
    )
    suite, store = Suite.load(str(tmp_path / "task.yaml")), RunStore(tmp_path / "store")

    async def runs() -> tuple[Run, Run]:
        clock, bare = SystemClock(), model(said.__getitem__)
        guarded = Guarded(bare, open_policy(policy_file(tmp_path), clock=clock), clock)
        found = [await run_async(suite, one, store=store) for one in (guarded, bare)]
        await guarded.close()
        return found[0], found[1]

    guarded, bare = asyncio.run(runs())
    assert (guarded.health.refused, guarded.health.infra_error) == (2, 0)
    found = compare(guarded, bare)
    assert [change.what for change in found.system] == ["model"]
    row = found["words/exact"]
    assert (row.base, row.losses, row.ties) == (1.0, 2, 1)
    assert guarded["words/exact_given_answer"].estimate == 1.0
