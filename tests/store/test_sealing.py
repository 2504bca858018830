import asyncio
from pathlib import Path

import pytest

from statera.api.answers import answers_of
from statera.api.runs import RunOptions, run_async
from statera.api.stored import Run
from statera.errors import DeclarationError
from statera.models.callables import model
from statera.protocols import Model
from statera.records.contents import KEY, Content
from statera.records.requests import Chat, Complete, Embed, Likelihood, Message
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.trials import Exchange
from statera.store import bodies
from statera.store.runstore import RunStore
from statera.store.sealing import check_key, check_readable, hashed, hashed_sample, mark
from statera.tasks.suite import Suite

SECRET = "a sentence that must not lie about"
ASKED = "An uncommon question to be kept secret"


def _run(folder: Path, content: Content, *, say: str = SECRET, suite: str = "strongreject") -> Run:
    (folder / "strongreject.jsonl").write_text(f'{{"text": "{ASKED}", "category": "Violence"}}\n')
    talker: Model = model(lambda text: f"{say} and nothing more than this is ever said of it.")
    options = RunOptions(content=content, data=str(folder), limit=1)
    store = RunStore(folder / "s")
    return asyncio.run(run_async(Suite.load(suite), talker, store=store, options=options))


def _on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / "s").iterdir())


def test_a_text_is_known_by_length_and_digest() -> None:
    assert mark("abc") == mark("abc") != mark("abd")
    assert mark(SECRET).startswith(f"[hashed, {len(SECRET)} characters, ")
    assert mark("") == ""


def test_no_text_of_a_conversation_is_left() -> None:
    requests = (
        Chat(messages=(Message("user", SECRET),)),
        Complete(prompt=SECRET),
        Likelihood(context=SECRET, continuations=(SECRET,)),
        Embed(texts=(SECRET,)),
    )
    said = Response(text=SECRET, reasoning=SECRET, refusal=SECRET, tool_calls=({"a": SECRET},))
    data = bodies.kept(tuple(Exchange(one, said) for one in requests), "hashed")
    assert SECRET.encode() not in data
    assert [type(one.request) for one in bodies.exchanges(data)] == [type(one) for one in requests]
    (silent,) = hashed((Exchange(requests[0], Response(text="")),))
    assert (silent.response.text, silent.response.refusal) == ("", None)
    sample = Sample(
        id="s", input=SECRET, reference=SECRET, references=(SECRET,), choices=(SECRET,),
        category="c", fields={"x": SECRET},
    )  # fmt: skip
    assert SECRET not in str(hashed_sample(sample))
    assert (hashed_sample(sample).id, hashed_sample(sample).category) == ("s", "c")


def test_a_run_with_hashed_texts_has_its_scores_and_no_text(tmp_path: Path) -> None:
    run = _run(tmp_path, "hashed")
    data = _on_disk(tmp_path)
    assert SECRET.encode() not in data
    assert ASKED.encode() not in data
    rows = {row.metric: row.estimate for row in run.metrics if row.category is None}
    assert rows["strongreject/attack_success"] == 1.0
    (stored,) = run.store.trials(run.info.id)
    assert str(stored.trial.response.text).startswith("[hashed, ")
    assert stored.sample.input == mark(ASKED)


def test_hashed_texts_are_never_read_again(tmp_path: Path) -> None:
    run = _run(tmp_path, "hashed")
    with pytest.raises(DeclarationError, match="cannot be scored, judged or labelled again"):
        answers_of(run.store, run.info)
    check_readable({}, "strongreject")
    again = _run(tmp_path, "hashed")
    assert again.info.id == run.info.id
    with pytest.raises(DeclarationError, match="keeps its texts hashed: run it on with the same"):
        _run(tmp_path, "full")


def test_without_a_sensitive_task_nobody_is_to_think_that_texts_are_hashed(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="starter_knowledge has no sensitive task"):
        _run(tmp_path, "hashed", suite="starter_knowledge")
    assert SECRET.encode() not in _on_disk(tmp_path)


def test_encryption_needs_a_key_before_any_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY, raising=False)
    with pytest.raises(DeclarationError, match=f"{KEY} must hold their key"):
        _run(tmp_path, "encrypted")


def test_only_the_key_opens_encrypted_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fernet = pytest.importorskip("cryptography.fernet")
    monkeypatch.setenv(KEY, fernet.Fernet.generate_key().decode())
    run = _run(tmp_path, "encrypted")
    data = _on_disk(tmp_path)
    assert SECRET.encode() not in data
    assert ASKED.encode() not in data
    (stored,) = run.store.trials(run.info.id)
    assert SECRET in str(stored.trial.response.text)
    assert stored.sample.input == ASKED
    monkeypatch.setenv(KEY, fernet.Fernet.generate_key().decode())
    with pytest.raises(DeclarationError, match="is not the key"):
        list(run.store.trials(run.info.id))
    assert len(list(run.store.scores(run.info.id))) == 2
    monkeypatch.setenv(KEY, "short")
    with pytest.raises(DeclarationError, match="is no key: 32 bytes"):
        check_key()
