from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.experiment.opened import open_design
from statera.report.kubernetes.designs import MOST_BYTES, carry, digest_of, key_of
from tests.deploy.trials import PROMPT, carried, written


def ports(number: int) -> list[dict[str, object]]:
    return [{"port": number, "protocol": "TCP"}]


def space(name: str) -> dict[str, object]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def test_the_files_lie_to_one_another_as_they_did(tmp_path: Path) -> None:
    found = carried(tmp_path / "x")
    assert found.designs == ["tone/tone.yaml"]
    assert list(found.files) == ["tone/prompts/warm.txt", "tone/strict.yaml", "tone/tone.yaml"]
    assert found.files["tone/prompts/warm.txt"] == PROMPT
    assert found.keys == ["OTHER_KEY"]
    assert key_of("tone/prompts/warm.txt") == "tone.prompts.warm.txt"


@pytest.mark.parametrize(
    ("url", "place", "rule"),
    [
        ("http://a.b.svc:81", "a.b.svc:81", {"to": [space("b")], "ports": ports(81)}),
        ("http://a.b.svc.cluster.local", "a.b.svc.cluster.local:80",
         {"to": [space("b")], "ports": ports(80)}),
        ("https://near", "near:443", {"to": [{"podSelector": {}}], "ports": ports(443)}),
        ("http://10.1.2.3:9", "10.1.2.3:9",
         {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": ports(9)}),
        ("http://[fd00::1]:9", "fd00::1:9",
         {"to": [{"ipBlock": {"cidr": "fd00::1/128"}}], "ports": ports(9)}),
        ("https://api.example.com", "api.example.com:443", {}),
    ],
)  # fmt: skip
def test_the_way_to_an_arms_endpoint(
    url: str, place: str, rule: dict[str, object], tmp_path: Path
) -> None:
    assert carried(tmp_path / "x", url).endpoints == {place: rule}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]"])
def test_what_is_in_the_pod_needs_no_way_out(url: str, tmp_path: Path) -> None:
    assert carried(tmp_path / "x", url).endpoints == {}


@pytest.mark.parametrize("name", ["../warm.txt", "prompts/warm words.txt", "/etc/hostname"])
def test_a_file_that_no_cluster_can_hold_beside_its_design_is_named(
    name: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "x")
    (tmp_path / "warm.txt").write_text("Warm.")
    (tmp_path / "x/prompts/warm words.txt").write_text("Warm.")
    path.write_text(path.read_text().replace("prompts/warm.txt", name))
    with pytest.raises(DeclarationError, match="cannot be carried into a cluster") as error:
        carry([open_design(path)])
    assert str(error.value).startswith(f"{path}: '{name}'")


def test_two_files_of_one_key_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "x")
    path.write_text(
        path.read_text().replace("strict.yaml", "prompts/a.yaml")
        .replace("light", "prompts.a.yaml")
    )  # fmt: skip
    for name in ("prompts/a.yaml", "prompts.a.yaml"):
        (tmp_path / "x" / name).write_text("name: a\n")
    with pytest.raises(DeclarationError, match="rename one"):
        carry([open_design(path)])


def test_more_than_a_config_map_holds_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "x")
    (tmp_path / "x/prompts/warm.txt").write_text("é" * (MOST_BYTES // 2))
    with pytest.raises(DeclarationError, match="a ConfigMap holds 1,000,000"):
        carry([open_design(path)])


def test_designs_that_cannot_run_beside_each_other_are_not_carried(tmp_path: Path) -> None:
    paths = [written(tmp_path / "x"), written(tmp_path / "y", name="calm")]
    with pytest.raises(DeclarationError, match="both set"):
        carry([open_design(path) for path in paths])


def test_the_digest_is_of_names_and_texts(tmp_path: Path) -> None:
    found = carried(tmp_path / "x")
    known = found._replace(files={"a/b": "c"})
    assert digest_of(known) == (  # printf 'a/b\nc\n' | sha256sum
        "567e191fa297b6edf690e183722b352b5537daabc991b519a3ba5fcf67427a8e"
    )
    assert digest_of(found) != digest_of(found._replace(files={}))
