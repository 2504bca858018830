from pathlib import Path

from statera.guard.toolbox import Toolbox
from statera.guard.tools import TextClassifier, TextEncoder, Tools
from tests.guard.tools_made import Words


def test_what_a_toolbox_hands_out_are_tools(tmp_path: Path) -> None:
    tools: Tools = Toolbox(tmp_path).tools
    assert tools.folder == tmp_path


def test_any_class_with_these_methods_will_do() -> None:
    encoder: TextEncoder = Words(("a",))
    classifier: TextClassifier = encoder
    assert classifier.heads == ("a",)
