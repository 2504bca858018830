"""What Kustomize makes of the base and its overlays, where this machine has it."""

from pathlib import Path

import pytest

from statera.report.kubernetes.layouts import kustomize_files
from statera.report.kubernetes.values import Object, read_values
from tests.deploy.made import FORMS, NAMESPACE, POLICY, by_name, made, read, run


def built(kustomize: list[str], folder: Path) -> list[Object]:
    done = run(*kustomize, str(folder))
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return read(done.stdout)


@pytest.mark.parametrize("listen", ["loopback", "socket"])
@pytest.mark.parametrize("form", FORMS)
def test_an_overlay_is_the_form_of_its_name(
    form: str, listen: str, tmp_path: Path, kustomize: list[str]
) -> None:
    said = f"model: {{listen: {listen}}}"
    for path, text in kustomize_files(read_values(said), NAMESPACE, POLICY).items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found = by_name(built(kustomize, tmp_path / "overlays" / form))
    assert found == by_name(made(f"{said}\nform: {form}"))
    base = by_name(built(kustomize, tmp_path / "base"))
    assert not {"ServiceMonitor", "HorizontalPodAutoscaler"} & {kind for kind, _ in base}
