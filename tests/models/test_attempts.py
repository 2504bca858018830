import subprocess
import sys

from statera.models.attempts import AttemptFailed, HttpReply, Wire
from statera.models.transport import Transport


def test_a_failed_attempt_says_what_went_wrong() -> None:
    reply = HttpReply(429, {"retry-after": "3"}, b"slow down")
    failed = AttemptFailed("busy", "slow down", status=429, retry_after=3.0, reply=reply)
    assert str(failed) == failed.message == "slow down"
    assert (failed.kind, failed.status, failed.retry_after) == ("busy", 429, 3.0)
    assert failed.reply is reply


def test_the_transport_is_a_wire() -> None:
    wire: Wire = Transport("http://h/v1")
    assert wire.base_url == "http://h/v1"


def test_what_wraps_attempts_loads_no_http_library() -> None:
    code = (
        "import sys\n"
        "import statera.models.http, statera.models.limit, statera.models.retry\n"
        "assert 'aiohttp' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)
