'''Starter coding: 40 small Python functions to write, run against tests.

Our own items, for demo and tests; asked like HumanEval. The message to a chat model, which is
expected to reply with one block of code:

    Write the whole Python function below. Reply with one Python code block and nothing else.

    ```python
    def times_halved(number: int) -> int:
        """Count how often a positive number can be halved before it becomes odd.

        For example, 40 becomes 20, 10 and 5, so the answer is 3.
        """
    ```

A completions endpoint gets the code alone and continues it; it stops at "\\nclass", "\\ndef",
"\\n#", "\\nif" and "\\nprint". The program runs in the sandbox with the item's own tests; with k
epochs or more, `pass@k` is the unbiased estimate.
'''

from collections.abc import Callable

from statera.graders.code import CodeTests
from statera.metrics.means import GivenAnswer
from statera.metrics.passk import PassAt
from statera.records.requests import Chat, Complete, Message, Request, Sampling
from statera.records.samples import Sample
from statera.tasks.starter.definition import StarterTask
from statera.tasks.task import TaskOptions

INSTRUCTION = (
    "Write the whole Python function below. Reply with one Python code block and nothing else."
)
_TOKENS = 256
_STOP = ("\nclass", "\ndef", "\n#", "\nif", "\nprint")


def _ask(sample: Sample) -> Request:
    asked = f"{INSTRUCTION}\n\n```python\n{sample.input.strip()}\n```"
    return Chat(messages=(Message("user", asked),), sampling=Sampling(max_tokens=_TOKENS))


def _continue(sample: Sample) -> Request:
    return Complete(prompt=sample.input, sampling=Sampling(max_tokens=_TOKENS, stop=_STOP))


def _prompt(options: TaskOptions) -> Callable[[Sample], Request]:
    return _continue if options.api == "completions" else _ask


definition = StarterTask(
    name="starter_coding",
    summary="small Python functions to write, run against tests in the sandbox",
    items=40,
    prompt=_prompt,
    scorers={"generate": (CodeTests(name="pass"),)},
    metrics=(PassAt(score="pass", k=1), GivenAnswer(score="pass")),
)
