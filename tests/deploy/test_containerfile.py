"""The image's recipe: small, not root, and made from the lock. Building it needs a network."""

import fnmatch
import re

from tests.deploy.made import DEPLOY, ROOT

TEXT = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STEPS = [line for line in TEXT.splitlines() if line and not line.startswith(("#", " "))]
STAGES = " ".join(STEPS).split("FROM ")[1:]


def test_what_builds_is_left_behind() -> None:
    assert len(STAGES) == 2
    assert not [step for step in STAGES[1].split() if step in ("RUN", "ADD", "pip", "apt-get")]
    assert "COPY --from=build /opt/statera /opt/statera" in STEPS


def test_it_runs_as_a_user_by_number_who_is_not_root() -> None:
    users = [step for step in STEPS if step.startswith("USER")]
    assert users == ["USER 65532:65532"]


def test_versions_and_hashes_are_the_locks() -> None:
    assert "--constraints /source/requirements.lock" in TEXT
    assert re.search(r'"/source\[guard\]"', TEXT)


def test_what_it_copies_is_there_and_not_ignored() -> None:
    rules = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").split()
    kept = [rule[1:] for rule in rules if rule.startswith("!")]
    copied = [
        name
        for step in STEPS
        if step.startswith("COPY ") and "--from" not in step
        for name in step.split()[1:-1]
    ]
    assert rules[0] == "*"
    assert all((ROOT / name).exists() for name in copied)
    assert all(any(fnmatch.fnmatch(name, rule) for rule in kept) for name in copied)


def test_the_entry_point_serves_the_guard_on_the_port_of_the_manifests() -> None:
    assert STEPS[-3:] == ["EXPOSE 8080", 'ENTRYPOINT ["statera"]', 'CMD ["guard", "serve"]']
