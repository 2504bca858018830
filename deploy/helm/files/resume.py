"""Tell the guard beside this container that it may take requests: the model server has started.

A model server that is restarted alone has drained the guard on its way out. The argument is the
guard's control port where it is not 8081.
"""

import http.client
import sys


def resume(port: int = 8081) -> bool:
    """Return whether a guard answered; it may not have started yet, and then takes requests."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("POST", "/control/resume")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


if __name__ == "__main__":
    resume(*map(int, sys.argv[1:]))
