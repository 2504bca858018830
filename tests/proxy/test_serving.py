import socket
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.proxy.serving import event_key, events_of, guarding, listeners, remarked, where
from statera.proxy.terms import Terms
from tests.proxy.guards import POLICY, tools


def test_a_port_that_is_taken_leaves_nothing_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        terms = Terms(host="127.0.0.1", port=0, control_port=taken.getsockname()[1])
        with pytest.raises(DeclarationError, match="--control-port"):
            listeners(terms)


def test_a_bad_policy_is_told_where_the_block_begins(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_text(POLICY.replace("regex", "regx"), encoding="utf-8")
    terms = Terms(
        policy=str(policy), host="127.0.0.1", port=0, control_port=0, events="none",
    )  # fmt: skip
    with (
        pytest.raises(DeclarationError, match="Did you mean 'regex'"),
        guarding(terms, tools(tmp_path)),
    ):
        pass


def test_events_go_nowhere_to_a_file_or_fail_clearly(tmp_path: Path) -> None:
    with events_of(Terms(events="none")) as none:
        assert none is None
    file = tmp_path / "e"
    for _ in range(2):
        with events_of(Terms(events=str(file))) as log:
            assert log is not None
            log.put(b"{}\n")
    assert file.read_bytes() == b"{}\n{}\n"
    with (
        pytest.raises(DeclarationError, match="cannot be written"),
        events_of(Terms(events=str(tmp_path))),
    ):
        pass


def test_a_key_that_is_not_given_is_random() -> None:
    assert event_key(Terms(event_key="k")) == b"k"
    assert event_key(Terms()) != event_key(Terms())


def test_it_says_what_it_guards_and_where() -> None:
    terms = Terms(host="127.0.0.1", port=0, control_port=0, policy="p.yaml")
    sockets = listeners(terms)
    said = where(terms, sockets)
    assert said.startswith("Guarding http://127.0.0.1:8000 at http://127.0.0.1:")
    for one in sockets:
        one.close()


def test_it_says_when_nothing_is_checked(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("name: empty\n", encoding="utf-8")
    assert "nothing is checked" in remarked("Guarding", Terms(policy=str(tmp_path / "p.yaml")))
