"""A design with the files that it names: read once, checked whole, with one digest over all.

opened = open_design(Path("tone.yaml"))
opened.design.base.name, opened.prompts["warm"], opened.digest
"""

from pathlib import Path

import msgspec

from statera.codec.canonical import digest
from statera.codec.files import YAML, read_text
from statera.codec.strict import convert, from_yaml
from statera.experiment.checks import check
from statera.experiment.design import Design
from statera.experiment.outcomes import KNOWN
from statera.experiment.places import at, wrong


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A design and what its files say.

    `prompts`: the system prompt by arm, of the arms that have one. `policies`: the guard's policy
    by arm, a path where it is a file. `digest`: 32 hexadecimal digits over the design, the prompts
    and the policies' texts. `text`: what is registered, the design's file as it stands with the
    texts of its files behind it as comments, still YAML that `read_design` reads. `source`: the
    file.
    """

    design: Design
    prompts: dict[str, str]
    policies: dict[str, str]
    digest: str
    text: str
    source: str


def read_design(text: str, *, source: str) -> Design:
    """Return the checked design in `text`, without the files that it names.

    What a design does not say of an outcome that is known by name is as it is known.
    DeclarationError, in one line with `source` and place, for every mistake.
    """
    design = convert(_completed(from_yaml(text, dict, source=source)), Design, source=source)
    check(design, source)
    return design


def registered_design(text: str, name: str) -> Design:
    """Return the design of the experiment `name` in the text that was registered."""
    return read_design(text, source=f"experiment '{name}' as registered")


def open_design(path: Path | str) -> Opened:
    """Return the design of a YAML file with its prompts and policies; they lie beside it.

    DeclarationError, in one line with file and place, for every mistake and unreadable file.
    """
    path = Path(path)
    source = str(path)
    text = read_text(path)
    design = read_design(text, source=source)
    prompts = _prompts(design, path)
    ruled = _ruled(design, path)
    whole = {"design": msgspec.to_builtins(design), "prompts": prompts, "policies": ruled}
    behind = [_behind("system_prompt", name, said) for name, said in prompts.items()]
    behind += [_behind("policy", name, said) for name, said in ruled.items()]
    return Opened(
        design=design,
        prompts=prompts,
        policies=_policies(design, path),
        digest=digest(whole),
        text="\n".join([text.rstrip("\n"), *behind]) + "\n",
        source=source,
    )


def _completed(said: dict[str, object]) -> dict[str, object]:
    """Return the design as written, with what is known of the outcomes that it changes."""
    own = said.get("outcomes")
    if not isinstance(own, dict):
        return said
    known = {name: msgspec.to_builtins(KNOWN[name]) for name in own if name in KNOWN}
    whole = {
        name: {**known[name], **one} if name in known and isinstance(one, dict) else one
        for name, one in own.items()
    }
    return {**said, "outcomes": whole}


def _prompts(design: Design, path: Path) -> dict[str, str]:
    found = {}
    for number, arm in enumerate(design.arms):
        if arm.system_prompt:
            place = f"arms[{number}].system_prompt"
            with at(str(path), place):
                found[arm.name] = read_text(path.parent / arm.system_prompt).rstrip("\n")
            if not found[arm.name].strip():
                raise wrong(str(path), place, f"{arm.system_prompt} says nothing")
    return found


def _policies(design: Design, path: Path) -> dict[str, str]:
    """Return the guard's policy by arm: the name of one that ships, or a file's path."""
    own = {arm.name: arm.policy for arm in design.arms if arm.policy}
    return {n: str(path.parent / p) if p.endswith(YAML) else p for n, p in own.items()}


def _ruled(design: Design, path: Path) -> dict[str, str]:
    """Return the text of each arm's policy file."""
    found = {}
    for number, arm in enumerate(design.arms):
        if arm.policy.endswith(YAML):
            with at(str(path), f"arms[{number}].policy"):
                found[arm.name] = read_text(path.parent / arm.policy)
    return found


def _behind(what: str, arm: str, said: str) -> str:
    """Return a file's text as comments of YAML."""
    lines = (f"# {line}".rstrip() for line in said.splitlines())
    return "\n".join([f"# {what} of {arm}:", *lines])
