"""A process that puts facts when it is told to, says how far it came, and may be killed.

python -m tests.store.live.writer PLACE FOLDER NUMBER

For each line of its input it puts a thousand reports, NUMBER * 1,000,000 and on; it writes every
fiftieth count after `put` has returned. At the end of its input it closes.
"""

import sys
import time
from pathlib import Path

from statera.store.live.shipping import Shipper
from tests.store.live.made import said

MILLION = 1_000_000
EVERY = 50
PAUSE = 0.01


def main(place: str, folder: str, number: int) -> None:
    shipper = Shipper(place, Path(folder))
    done = 0
    for _ in sys.stdin:
        for _ in range(1000):
            shipper.put(said(number * MILLION + done, done, at=1.0))
            done += 1
            if done % EVERY == 0:
                sys.stdout.write(f"{done}\n")
                sys.stdout.flush()
                time.sleep(PAUSE)
    shipper.close(20.0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
