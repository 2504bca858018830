from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.tasks.builtin import or_bench
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions


def test_safe_prompts_need_toxic_ones_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "or_bench"
    folder.mkdir()
    (folder / "or-bench-80k.csv").write_text("prompt,category\na,privacy\nb,violence\n")
    with pytest.raises(DeclarationError, match=r"or_bench/or-bench-toxic.csv: not in"):
        or_bench.definition.load(TaskOptions(), DataFolder(tmp_path))
    (folder / "or-bench-toxic.csv").write_text("prompt,category\nc,violence\n")
    task = or_bench.definition.load(TaskOptions(), DataFolder(tmp_path))
    assert [sample.group for sample in task.samples] == ["safe", "safe", "unsafe"]
    assert "discrimination" not in {metric.name for metric in task.metrics}
    (folder / "or-bench-hard-1k.csv").write_text("prompt,category\nd,violence\n")
    task = or_bench.definition.load(TaskOptions(), DataFolder(tmp_path))
    assert [sample.input for sample in task.samples] == ["d", "c"]
