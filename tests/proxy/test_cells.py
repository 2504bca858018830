import subprocess
import sys
from pathlib import Path

from statera.proxy.cells import Cells


def test_series_are_summed_by_name() -> None:
    cells = Cells()
    one = cells.series("a", ("x",), 3)
    two = cells.series("a", ("y",), 3)
    assert cells.series("a", ("x",), 3) == one
    cells.values[one + 1] += 2
    cells.values[two] += 1
    assert cells.total() == {("a", ("x",)): [0, 2, 0], ("a", ("y",)): [1, 0, 0]}
    cells.close()


def test_what_finds_no_room_is_counted_as_other() -> None:
    cells = Cells(most=20, kept=10)
    first = cells.series("a", ("0",), 3)
    for number in range(1, 9):
        cells.values[cells.series("a", (str(number),), 3)] += 1
        cells.values[cells.series("b", (str(number), "x"), 1)] += 1
    assert cells.values[first] == 0
    total = cells.total()
    assert sum(row[0] for (name, _), row in total.items() if name == "a") == 8
    assert sum(row[0] for (name, _), row in total.items() if name == "b") == 8
    assert total["a", ("other",)][0] == 6
    assert total["b", ("other", "other")][0] == 7
    cells.close()


_WORKER = """
import os, pathlib, signal, sys
from statera.proxy.cells import Cells
cells = Cells(pathlib.Path(sys.argv[1]))
cells.values[cells.series("a", ("x",), 2)] += 5
cells.values[cells.series("only", (), 1)] += 1
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_worker_counted_is_still_there(tmp_path: Path) -> None:
    cells = Cells(tmp_path)
    cells.values[cells.series("a", ("x",), 2) + 1] += 7
    killed = subprocess.run([sys.executable, "-c", _WORKER, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert cells.total() == {("a", ("x",)): [5, 7], ("only", ()): [1]}
    (tmp_path / "77.names").write_bytes(b'["a",["x"],0,2]\n["half')
    (tmp_path / "77.values").write_bytes(bytes(16))
    assert cells.total()["a", ("x",)] == [5, 7]
    cells.close()
