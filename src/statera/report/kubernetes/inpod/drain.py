"""Make the guard beside this container take nothing new, and wait until it has nothing in flight.

Kubernetes ends the model server only after this hook, so that no open reply is cut. Arguments: how
many seconds, and the guard's control port where it is not 8081.
"""

import http.client
import json
import sys
import time


def ask(method: str, path: str, port: int) -> bytes:
    """Return what the guard on this pod's loopback answers; OSError when it does not."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request(method, path)
        return line.getresponse().read()
    finally:
        line.close()


def drain(seconds: float, port: int = 8081) -> str:
    """Return how it ended: `drained`, `gone` (no guard runs) or `late`, after so many seconds."""
    end, quiet = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        try:
            ask("POST", "/control/drain", port)
            inflight = json.loads(ask("GET", "/control/inflight", port))["inflight"]
            quiet = quiet + 1 if inflight == 0 else 0
        except ConnectionRefusedError:
            return "gone"
        except (OSError, LookupError, TypeError, ValueError, http.client.HTTPException):
            quiet = 0  # slow is not gone: a reply may be open
        if quiet == 4:  # workers that share the port hear of it within half a second
            return "drained"
        time.sleep(0.25)
    return "late"


if __name__ == "__main__":
    sys.exit(drain(float(sys.argv[1]), *map(int, sys.argv[2:])) == "late")
