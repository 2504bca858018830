from pathlib import Path

from statera.cli.flags import names_or_files, text_or_file


def test_text_or_the_content_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "system.txt"
    path.write_text("Be brief.")
    assert text_or_file("Be kind.") == "Be kind."
    assert text_or_file(f"@{path}") == "Be brief."
    assert text_or_file(None) is None


def test_names_from_flags_and_files_keep_order_once(tmp_path: Path) -> None:
    path = tmp_path / "ids"
    path.write_text("b\n\nc\n")
    assert names_or_files(("a,b", f"@{path}")) == ("a", "b", "c")
