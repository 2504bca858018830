from pathlib import Path

from statera.proxy.board import Board, Busy


def test_workers_see_each_other_through_the_file(tmp_path: Path) -> None:
    one, two = Board(2, tmp_path / "board"), Board(2, tmp_path / "board")
    one.busy(0, 3, 1)
    two.busy(1, 4, 0)
    assert one.total() == two.total() == Busy(7, 1)
    before = one.draining
    two.drain()
    assert (before, one.draining) == (False, True)
    two.reload()
    assert one.reloads == 1
    one.close()
    two.close()


def test_one_worker_needs_no_file() -> None:
    board = Board(1)
    board.busy(0, 2, 5)
    assert board.total() == Busy(2, 5)
    board.close()


def test_what_drains_resumes_and_what_ends_does_not() -> None:
    board = Board(1)
    found = []
    for order in (board.drain, board.resume, board.end, board.drain, board.resume):
        order()
        found.append((board.draining, board.ending, board.resumes))
    assert found == [
        (True, False, 0),
        (False, False, 1),
        (True, True, 1),
        (True, True, 1),
        (True, True, 1),
    ]
    board.close()


def test_that_experiments_are_watched_is_told_to_all(tmp_path: Path) -> None:
    first, other = Board(2, tmp_path / "board"), Board(2, tmp_path / "board")
    assert other.watched == 0
    first.watch(12.3456)
    assert other.watched == 12.345
    for board in (first, other):
        board.close()
