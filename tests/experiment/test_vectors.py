"""The vectors that ship, read by Python and, where node is there, by the same in JavaScript."""

import json
import shutil
import subprocess

import msgspec
import pytest

from statera.experiment.vectors import REFERENCE, SHIPPED, portable, read_vectors, vectors_of
from tests.experiment.designs import RAMP, design

DESIGNS = {
    "tone": design(guardrails=""),
    "three": design(
        experiment="three",
        salt="pepper",
        arms="[{name: base, weight: 0.1}, {name: short, weight: 0.2}, {name: long, weight: 0.7}]",
    ),
    "layered": design(experiment="layered", layer="{name: chat, start: 0.25, end: 0.75}"),
    "ramped": design(
        experiment="ramped",
        salt="s",
        arms="[{name: base, weight: 0.5}, {name: warm, weight: 0.5}, {name: cold, weight: 0}]",
        ramp="[{at: 2026-12-01T08:00:00Z, traffic: 0.1, weights: {base: 0.9, warm: 0.1}}, "
        "{at: 2026-12-03T08:00:00Z, traffic: 0.4}, {at: 2026-12-05T08:00:00+01:00, traffic: 0.8, "
        "weights: {base: 0.2, warm: 0.3, cold: 0.5}}]",
    ),
}
_SCRIPT = """
const { place } = require(process.argv[1]);
const read = (data) => JSON.parse(data).map(async ({ design, units }) =>
  Promise.all(units.map(async ({ unit }) => place(design, unit, 0))));
let data = "";
process.stdin.on("data", (part) => { data += part; });
process.stdin.on("end", async () =>
  console.log(JSON.stringify(await Promise.all(read(data)))));
"""


@pytest.mark.parametrize("vectors", read_vectors(), ids=lambda v: v.design.experiment)
def test_every_vector_that_ships_is_what_we_assign(vectors: object) -> None:
    shipped = msgspec.convert(msgspec.to_builtins(vectors), dict)
    units = [one["unit"] for one in shipped["units"]]
    made = vectors_of(DESIGNS[shipped["design"]["experiment"]], units)
    assert msgspec.to_builtins(made) == shipped
    assert len(units) >= 20


def test_the_vectors_hold_every_case() -> None:
    units = [unit for one in read_vectors() for unit in one.units]
    assert {unit.arm for unit in units} >= {None, "base", "warm", "cold", "short", "long"}
    assert {unit.slice for unit in units} >= {None, 0, 1, 2}
    assert any(not unit.unit.isascii() for unit in units)


def test_known_answers_stay_as_they_are() -> None:
    found = {v.unit: v for v in read_vectors()[0].units}
    assert found["anna"].numbers.arm == 0.6277989519887368
    assert found["anna"].arm == "warm"
    assert found["1"].arm == "base"


def test_weights_are_written_out_by_slice() -> None:
    found = portable(design(ramp=RAMP))
    assert [one.weights for one in found.slices] == [(0.9, 0.1), (0.5, 0.5), (0.5, 0.5)]


def test_javascript_assigns_the_same() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    more = [vectors_of(of, [f"é{n}\n" for n in range(200)]) for of in DESIGNS.values()]
    data = msgspec.json.encode([*read_vectors(), *more])
    done = subprocess.run(
        [node, "-e", _SCRIPT, str(REFERENCE)],
        input=data,
        capture_output=True,
        timeout=600,
        check=True,
    )
    for vectors, places in zip([*read_vectors(), *more], json.loads(done.stdout), strict=True):
        for one, place in zip(vectors.units, places, strict=True):
            here = None if place is None else (place["arm"], place["slice"], place["since"])
            assert here == (None if one.arm is None else (one.arm, one.slice, one.since))
            assert place is None or place["takesPart"] == (one.since == 0)


def test_both_are_package_data() -> None:
    assert SHIPPED.is_file()
    assert REFERENCE.is_file()
