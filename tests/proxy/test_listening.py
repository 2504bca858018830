import socket

import pytest

from statera.errors import DeclarationError
from statera.proxy.listening import listen


def test_an_address_that_cannot_be_had_is_one_clear_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DeclarationError, match=f"port {port} on 127.0.0.1 is taken.*--port"):
            listen("127.0.0.1", port)
    with pytest.raises(DeclarationError, match=r"port 0 on 192\.0\.2\.1 cannot be had"):
        listen("192.0.2.1", 0)


def test_workers_share_a_port() -> None:
    with listen("127.0.0.1", 0, shared=True) as one:
        port = one.getsockname()[1]
        with listen("127.0.0.1", port, shared=True) as two:
            assert one.getsockname() == two.getsockname()


def test_an_address_of_version_6_will_do() -> None:
    try:
        with listen("::1", 0) as found:
            assert found.family == socket.AF_INET6
    except DeclarationError:
        pytest.skip("this machine has no IPv6")
