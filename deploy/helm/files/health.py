"""Ask the model server whether it is well, on loopback or on its socket, which no kubelet reaches.

The argument is a port or the path of a socket.
"""

import http.client
import socket
import sys


def well(place: str, seconds: float = 4) -> bool:
    """Return whether `/health` at that port or socket answers 200 within so many seconds."""
    port = int(place) if place.isdigit() else 0
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        if not port:
            line.sock = socket.socket(socket.AF_UNIX)
            line.sock.settimeout(seconds)
            line.sock.connect(place)
        line.request("GET", "/health")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


if __name__ == "__main__":
    sys.exit(not well(sys.argv[1]))
