from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from statera.cli.wrapping import plain, say, wrapped
from tests.terminals import Terminal

WORDS = "warning the judge errs differently on the two runs: it favours one by 0.2 of the scale"


def test_a_sentence_is_broken_between_words_and_set_in() -> None:
    lines = [line.plain for line in wrapped(Text(WORDS), 40)]
    assert max(map(len, lines)) <= 40
    assert [line[:2].isspace() for line in lines] == [False, True, True]
    assert " ".join(line.strip() for line in lines) == WORDS


def test_what_is_set_in_already_is_set_in_further() -> None:
    lines = [line.plain for line in wrapped(Text(f"  {WORDS}"), 40)]
    assert lines[0].startswith("  warning")
    assert all(line.startswith("    ") for line in lines[1:])


@given(st.text("ab é字 ", max_size=200), st.integers(20, 60))
def test_no_word_is_lost_and_no_line_too_wide(text: str, width: int) -> None:
    lines = [line.plain for line in wrapped(Text(text), width)]
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line.rstrip()) <= width for line in lines)


def test_a_pipe_gets_one_line_and_a_terminal_several() -> None:
    pipe, terminal = Console(width=40), Terminal()
    with pipe.capture() as caught:
        say(pipe, f"[yellow]{WORDS}[/]")
    assert caught.get() == f"{WORDS}\n"
    say(Console(file=terminal, width=40, color_system=None), f"[yellow]{WORDS}[/]", "dim")
    assert len(terminal.getvalue().splitlines()) == 3


def test_text_from_outside_is_no_markup() -> None:
    out = Terminal()
    say(Console(file=out, width=80, color_system=None), plain("a[red]b:smile:\x1b"))
    assert out.getvalue() == "a[red]b:smile:\\x1b\n"
