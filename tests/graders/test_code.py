import asyncio
from pathlib import Path

import msgspec
import pytest

from statera.codec.files import read_jsonl
from statera.errors import DeclarationError
from statera.graders.code import CodeTests
from statera.protocols import Tools
from statera.records.requests import Chat, Complete, Message, Request
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Exchange, Trial
from statera.sandbox.choice import KINDS, kind_named
from statera.sandbox.landlock import LandlockSandbox
from statera.sandbox.limits import Limits
from tests.sandbox.kinds import TIGHT, holding
from tests.shared_data import shared

CHAT = Chat(messages=(Message("user", "x"),))
PROMPT = 'def twice(x: int) -> int:\n    """Double."""\n'
SAMPLE = Sample(
    id="doubles/v1/0",
    input=PROMPT,
    fields={
        "test": "def check(candidate):\n    assert candidate(2) == 4\n",
        "entry_point": "twice",
    },
)


def tools() -> Tools:
    held = [kind.name for kind in KINDS if not holding(kind.name).reason]
    if not held:
        pytest.skip("no sandbox holds here")
    name = "landlock" if "landlock" in held else held[0]
    return Tools(sandbox=kind_named(name).make(TIGHT))


def trial(response: Response, request: Request = CHAT) -> Trial:
    exchange = Exchange(request, response)
    return Trial(task="t", sample_id="s", epoch=0, key="k", exchanges=(exchange,), started=0.0)


def graded(response: Response, request: Request = CHAT, sample: Sample = SAMPLE) -> Score:
    return asyncio.run(CodeTests().grade(sample, trial(response, request), tools()))


def block(code: str) -> str:
    return f"```python\n{code}\n```"


@pytest.mark.parametrize(
    ("response", "outcome", "why"),
    [
        (Response(text=block("def twice(x): return 2 * x"), finish="stop"), "right", ""),
        (
            Response(text=block("def twice(x): return x"), finish="stop"),
            "wrong",
            "AssertionError (test: assert candidate(2) == 4)",
        ),
        (
            Response(text=block("def twice(x):\n    return y"), finish="stop"),
            "wrong",
            "NameError: name 'y' is not defined",
        ),
        (Response(text=block("def twice(x):\n    while True: pass")), "wrong", "time limit: "),
        (Response(text=block("def other(x): return x")), "wrong", "name 'twice' is not defined"),
        (Response(text=block("def twice(x: return")), "wrong", "SyntaxError"),
        (Response(text="I'm sorry, I can't help with that.", finish="stop"), "refused", "refusal"),
        (Response(text="It is easy.", finish="stop"), "unparsed", "no code found"),
        (Response(text="", finish="stop"), "unparsed", "empty reply"),
        (
            Response(text="```python\ndef twice(x):\n    return (2", finish="length"),
            "truncated",
            "",
        ),
        (Response(text="Let me think about", finish="length"), "truncated", ""),
        (Response(failure=Failure(kind="infra", message="502")), "infra_error", "502"),
        (Response(failure=Failure(kind="refused", message="filter")), "refused", "filter"),
        (Response(failure=Failure(kind="truncated", message="long")), "truncated", "long"),
    ],
)
def test_every_reply_has_one_outcome(response: Response, outcome: str, why: str) -> None:
    score = graded(response)
    assert score.outcome == outcome
    assert why in score.why
    assert score.value == {"right": 1.0, "wrong": 0.0}.get(outcome)
    assert score.metric == "pass"


def test_code_that_is_whole_though_the_reply_was_cut_is_run_and_flagged() -> None:
    text = block("def twice(x): return 2 * x") + "\nThis works beca"
    score = graded(Response(text=text, finish="length"))
    assert score.outcome == "right"
    assert "cut_off" in score.flags


def test_a_completion_continues_the_prompt() -> None:
    score = graded(Response(text="    return x + x\n\nprint(1)"), Complete(prompt=PROMPT))
    assert score.outcome == "right"
    assert score.extracted == "    return x + x\n"


def test_the_prompts_own_functions_are_the_tests_own() -> None:
    prompt = 'def helper(x):\n    return x\n\n\ndef f(x):\n    """F."""\n'
    test = "def check(candidate):\n    assert helper(candidate(1)) == 2\n"
    sample = Sample(id="a", input=prompt, fields={"test": test, "entry_point": "f"})
    cheat = (
        "class E:\n    def __eq__(s, o): return True\ndef helper(x): return 2\ndef f(x): return 1"
    )
    assert graded(Response(text=block(cheat)), sample=sample).outcome == "wrong"


def test_plain_assertions_need_no_entry_point() -> None:
    sample = Sample(id="a", input="Write `double`.", fields={"test": "assert double(1) == 2"})
    assert graded(Response(text=block("def double(x): return 2")), sample=sample).outcome == "right"


def test_a_broken_sandbox_is_plumbing() -> None:
    class Elsewhere(LandlockSandbox):
        def _job(self, *args: object) -> object:  # type: ignore[override]
            return lambda proof: b"\x00\x00\x00\x01?"

    broken = Tools(sandbox=Elsewhere(Limits(seconds=5)))
    response = Response(text=block("def twice(x): return 2 * x"))
    score = asyncio.run(CodeTests().grade(SAMPLE, trial(response), broken))
    assert (score.value, score.outcome) == (None, "infra_error")
    assert "the sandbox failed" in score.why


@pytest.mark.parametrize(
    ("sample", "given", "message"),
    [
        (SAMPLE, Tools(), "doubles/v1/0: code is graded in a sandbox, and none was handed in"),
        (
            Sample(id="x", input="y"),
            Tools(sandbox=LandlockSandbox(Limits())),
            "x: field 'test' must hold the tests of the code",
        ),
    ],
)
def test_what_is_missing_is_declared(sample: Sample, given: Tools, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        asyncio.run(CodeTests().grade(sample, trial(Response(text="x")), given))


class Row(msgspec.Struct):
    task_id: str
    prompt: str
    canonical_solution: str
    test: str
    entry_point: str


def humaneval(path: Path) -> list[Row]:
    return list(read_jsonl(path, Row))


async def _all(rows: list[Row], replies: list[str], request: Request) -> list[Score]:
    held = tools()
    samples = [Sample(id=r.task_id, input=r.prompt, fields=msgspec.to_builtins(r)) for r in rows]
    jobs = (
        CodeTests().grade(sample, trial(Response(text=reply), request), held)
        for sample, reply in zip(samples, replies, strict=True)
    )
    return list(await asyncio.gather(*jobs))


def test_humaneval_solutions_pass_and_empty_bodies_fail() -> None:
    rows = humaneval(shared("data", "benchmarks", "humaneval", "HumanEval.jsonl.gz"))[::8]
    chat = [block(row.prompt + row.canonical_solution) for row in rows]
    complete = Complete(prompt="")
    for replies, request, wanted in (
        (chat, CHAT, "right"),
        ([row.canonical_solution for row in rows], complete, "right"),
        (["    return None\n" for _ in rows], complete, "wrong"),
    ):
        scores = asyncio.run(_all(rows, replies, request))
        assert [s.outcome for s in scores] == [wanted] * len(rows), [s.why for s in scores]
