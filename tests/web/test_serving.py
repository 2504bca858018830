import socket
import threading
from urllib.parse import urlsplit

import pytest

from statera.errors import DeclarationError
from statera.web.desk import Desk
from statera.web.serving import hosts_of, serving
from tests.web.served import SHEET, asked, ignored, things


def desk() -> Desk:
    return Desk(things(2), SHEET, ignored)


def test_the_server_lives_as_long_as_the_block_and_each_has_its_own_token() -> None:
    before = threading.active_count()
    with serving(desk()) as one, serving(desk()) as two:
        assert asked(one).status == asked(two).status == 200
        assert urlsplit(one).path != urlsplit(two).path
        assert len(urlsplit(one).path) > 20
        assert asked(two, urlsplit(one).path).status == 404
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(one).hostname, urlsplit(one).port), timeout=5)


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(DeclarationError, match=f"port {port} on 127.0.0.1 is taken"),
            serving(desk(), port=port),
        ):
            pass


def test_an_address_of_another_machine_is_one_clear_line() -> None:
    with (
        pytest.raises(DeclarationError, match=r"port 0 on 192\.0\.2\.1 cannot be had"),
        serving(desk(), host="192.0.2.1"),
    ):
        pass


def test_the_names_of_the_server() -> None:
    assert "localhost:8" in hosts_of("127.0.0.1", 8)
    assert "box:8" in hosts_of("BOX", 8)
    assert "[fe80::1]:8" in hosts_of("fe80::1", 8)
    assert hosts_of("0.0.0.0", 8) == ()
    assert {"127.0.0.1", "127.0.0.1:80"} <= {*hosts_of("127.0.0.1", 80)}
