from typing import Any

import pytest

from statera.sandbox.programs import finished

TIME = "the time limit ended it"


@pytest.mark.parametrize(
    ("proof", "limit", "status", "expected"),
    [
        (b'ready\n{"status": 0, "why": "", "limit": ""}\n', "", 0, {"ok": True, "status": 0}),
        (b'ready\n{"status": 1, "why": "x", "limit": ""}\n', "", 0, {"ok": False, "why": "x"}),
        (b'ready\n{"status": 0, "why": ""', "", 0, {"ok": False, "broken": ""}),
        (b'ready\n{"status": 0}\n', "time", -9, {"ok": False, "limit": "time"}),
        (
            b"",
            "time",
            -9,
            {"ok": False, "limit": "", "broken": f"{TIME} before the code was started"},
        ),
        (b"rea", "output", -9, {"ok": False, "limit": "", "why": ""}),
        (b"ready\n", "time", -9, {"ok": False, "limit": "time", "broken": ""}),
        (b"ready\n", "", -24, {"ok": False, "limit": "time", "broken": ""}),
        (b"ready\n", "", 0, {"ok": False, "why": "the tests were ended (0)", "broken": ""}),
        (b'{"broken": "no Landlock"}\n', "", 0, {"ok": False, "broken": "no Landlock"}),
        (b"", "", 1, {"ok": False, "broken": "the sandbox did not start: bwrap: no"}),
    ],
)
def test_only_a_whole_verdict_is_proof(
    proof: bytes, limit: str, status: int, expected: dict[str, Any]
) -> None:
    program = finished(proof, "first\nbwrap: no\n", limit=limit, status=status)
    assert {name: getattr(program, name) for name in expected} == expected


def test_without_words_the_status_is_told() -> None:
    assert "status 127" in finished(b"", "", limit="", status=127).broken
