import socket
import threading
from urllib.request import urlopen

import pytest

from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.models.embedded import load
from statera.modelserver.serving import serving


def test_the_server_lives_as_long_as_the_block() -> None:
    before = threading.active_count()
    with serving(load(context=64), SystemClock()) as root:
        assert threading.active_count() > before
        assert root.startswith("http://127.0.0.1:")
        with urlopen(f"{root}/health", timeout=10) as answer:
            assert answer.status == 200
    port = int(root.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    assert threading.active_count() == before


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(DeclarationError, match=f"port {port} on 127.0.0.1 is taken"),
            serving(load(context=64), SystemClock(), port=port),
        ):
            pass


def test_an_address_of_another_machine_is_one_clear_line() -> None:
    with (
        pytest.raises(DeclarationError, match=r"port 0 on 192\.0\.2\.1 cannot be had"),
        serving(load(context=64), SystemClock(), host="192.0.2.1"),
    ):
        pass
