from pathlib import Path

from statera.errors import DeclarationError
from tests.cli.experimenting.conftest import Experiment
from tests.cli.experimenting.studies_made import ARGS, DESIGN, FILES


def test_what_keeps_a_study_from_starting_is_one_line(
    experiment: Experiment, tmp_path: Path
) -> None:
    for name, text in FILES.items():  # in place of the folder's own design
        (tmp_path / name).write_text(text)

    def told(*args: str) -> str:
        done = experiment("study", *args)
        assert isinstance(done.exception, DeclarationError)
        return str(done.exception)

    wrong = list(ARGS)
    wrong[-1] = "scripted:none.yaml"
    assert "none.yaml: no such file" in told(*wrong)
    assert experiment("start", "tone.yaml").exit_code == 0
    (tmp_path / "tone.yaml").write_text(f"{DESIGN}salt: new\n")
    assert "not the design that was registered" in told(*ARGS)
    (tmp_path / "tone.yaml").write_text(DESIGN)
    experiment("stop", "secret-tone", "--why", "enough")
    assert "the experiment was stopped" in told(*ARGS)
