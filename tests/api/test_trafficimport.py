from pathlib import Path

import pytest

from statera.api.trafficimport import KEY_FILE, reads_refusal, trace_terms
from statera.errors import DeclarationError
from statera.records.responses import Response


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, again = trace_terms(store=tmp_path / "s"), trace_terms(store=tmp_path / "s")
    assert first.key == again.key
    assert len(first.key) == 32
    assert (tmp_path / "s" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert trace_terms(store=tmp_path / "t", key="mine").key == b"mine"
    assert not (tmp_path / "t").exists()


def test_segments() -> None:
    found = trace_terms(store="", segments=["country=metadata.country", "plan"], key="k")
    assert found.segments == (("country", "metadata.country"), ("plan", "plan"))


@pytest.mark.parametrize("text", ["=x", "a b=c", "version=v", "metadata.x/y"])
def test_segments_that_are_none(text: str) -> None:
    with pytest.raises(DeclarationError, match="NAME=FIELD"):
        trace_terms(store="", segments=[text], key="k")
    with pytest.raises(DeclarationError, match="once"):
        trace_terms(store="", segments=["a=b", "a=c"], key="k")


def test_what_else_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STATERA_CONTENT_KEY", raising=False)
    with pytest.raises(DeclarationError, match="--share 0: a share above 0"):
        trace_terms(store="", share=0, key="k")
    with pytest.raises(DeclarationError, match="STATERA_CONTENT_KEY"):
        trace_terms(store="", content="encrypted", key="k")


def test_refusals_are_read() -> None:
    asked = "How do I return this?"
    assert reads_refusal(Response(text="I'm sorry, but I can't help with that."), asked)
    assert not reads_refusal(Response(text="Open the orders page and pick the item."), asked)
    clean = trace_terms(store="", redacted=True, key="k").clean
    assert clean is not None
    assert clean("a@example.org") == "[EMAIL]"
