import asyncio
from pathlib import Path

import pytest

import statera as st
from statera.proxy.keeper import PolicySource

CARD = "pay with 4111 1111 1111 1111"


def test_a_text_is_checked_and_what_is_left_of_it_is_shown() -> None:
    with st.Guard("light") as guard:
        decision = guard.check(CARD, side="output")
        assert decision.outcome == "redact"
        assert st.redacted(CARD, decision) == "pay with [CARD]"
        assert guard.check(CARD).outcome == "allow"


def test_passages_are_decided_together() -> None:
    policy = st.Policy.load("light")
    with st.Guard(policy) as guard:
        passages = [st.Passage(text=text, side="output") for text in ("hello", CARD)]
        decision = guard.check(passages)
        assert [edit.passage for edit in decision.edits] == [1]
        assert guard.check(passages[1]).outcome == "redact"


def test_inside_a_running_loop_too_and_many_at_once() -> None:
    async def several(guard: st.Guard) -> list[st.Decision]:
        assert guard.check(CARD, "output").outcome == "redact"
        return await asyncio.gather(*(guard.acheck(CARD, "output") for _ in range(5)))

    with st.Guard("light") as guard:
        assert {one.outcome for one in asyncio.run(several(guard))} == {"redact"}


def test_paths_start_from_the_policys_folder_and_models_are_closed(tmp_path: Path) -> None:
    (tmp_path / "replies.yaml").write_text("default: unsafe\n", encoding="utf-8")
    path = tmp_path / "p.yaml"
    path.write_text(
        "detectors: [{name: a, use: llm, with: "
        "{family: llama-guard, model: 'scripted:replies.yaml'}}]",
        encoding="utf-8",
    )
    with st.Guard(path) as guard:
        assert guard.check("hello").outcome == "block"


def test_mistakes_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("detectors: [{name: a, use: regx}]", encoding="utf-8")
    with pytest.raises(st.DeclarationError, match=r"p.yaml: detectors\[0\] 'a'.use"):
        st.Guard(path)


def test_a_closed_guard_checks_no_more_and_may_be_closed_twice() -> None:
    guard = st.Guard("light")
    guard.close()
    guard.close()
    with pytest.raises(RuntimeError, match="closed"):
        guard.check("hello")


def test_a_threshold_of_toxicity_goes_before_the_files_as_when_it_is_served(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        "detectors: [{name: toxicity, use: regex, with: {patterns: [bad]}}]", encoding="utf-8"
    )
    with st.Guard(PolicySource(path, 0.7)) as guard:
        assert guard.check("bad").findings[0].threshold == 0.7
    path.write_text("detectors: [{name: toxicity, use: regx}]", encoding="utf-8")
    with pytest.raises(st.DeclarationError, match=r"p.yaml: detectors\[0\] 'toxicity'.use"):
        st.Guard(PolicySource(path, 0.7))
