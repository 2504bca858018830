from dataclasses import replace

import pytest

from statera.codec.canonical import digest
from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete, Likelihood, Request
from statera.records.samples import Sample
from statera.records.specs import SystemUnderTest
from statera.runner.plan import Asker, Extent, Job, Plan, make_plan, repeats_at_zero
from tests.tasks_made import sums, task_of

SYSTEM = SystemUnderTest(model="m")


def plan(extent: Extent | None = None, system: SystemUnderTest = SYSTEM, seed: int = 0) -> Plan:
    return make_plan("s", [task_of(sums(10))], system, extent or Extent(), seed=seed)


def test_extent_is_no_part_of_the_identity() -> None:
    small, large = plan(Extent(limit=3)), plan(Extent(epochs=4))
    assert (small.total, large.total) == (3, 40)
    assert digest(small.spec) == digest(large.spec)


@pytest.mark.parametrize(
    "other",
    [
        plan(system=SystemUnderTest(model="n")),
        plan(system=SystemUnderTest(model="m", sampling={"temperature": 1.0})),
        plan(seed=1),
        make_plan("s", [task_of(sums(11))], SYSTEM, Extent()),
        make_plan("s", [task_of(sums(10), template="other")], SYSTEM, Extent()),
        make_plan("s", [task_of(sums(10))], SYSTEM, Extent(), nonce="x"),
    ],
)
def test_what_makes_another_run(other: Plan) -> None:
    assert digest(other.spec) != digest(plan().spec)


def test_samples_picked_by_hand_are_a_run_of_their_own() -> None:
    other = [Sample(id="other/v1/0", input="?", reference="x")]
    tasks = [task_of(sums(4)), task_of(other, name="other")]
    found = make_plan("s", tasks, SYSTEM, Extent(sample_ids=("other/v1/0",)))
    assert [len(samples) for samples in found.samples] == [0, 1]
    assert digest(found.spec) != digest(make_plan("s", tasks, SYSTEM, Extent()).spec)
    again = make_plan("s", tasks, SYSTEM, Extent(sample_ids=("other/v1/0",), epochs=2))
    assert digest(found.spec) == digest(again.spec)
    with pytest.raises(DeclarationError, match="no sample 'sums/v1/44'"):
        make_plan("s", tasks, SYSTEM, Extent(sample_ids=("sums/v1/44",)))


def test_samples_are_chosen_by_task_where_ids_are_the_same() -> None:
    tasks = [task_of(sums(4), name="one"), task_of(sums(4), name="two")]
    found = make_plan("s", tasks, SYSTEM, Extent(only={"two": ("sums/v1/1",)}))
    assert [[s.id for s in samples] for samples in found.samples] == [[], ["sums/v1/1"]]


@pytest.mark.parametrize(
    ("sampling", "epochs", "expected"),
    [({}, 2, ["sums"]), ({}, 1, []), ({"temperature": 0.7}, 2, []), ({"temperature": None}, 2, [])],
)
def test_repeats_at_temperature_zero_are_known(
    sampling: dict[str, float | None], epochs: int, expected: list[str]
) -> None:
    system = SystemUnderTest(model="m", sampling=sampling)
    assert repeats_at_zero(plan(Extent(epochs=epochs), system)) == expected


def test_requests_get_system_message_overrides_and_their_own_seed() -> None:
    system = SystemUnderTest(model="m", system_message="Be brief.", sampling={"temperature": 0.7})
    found = plan(system=system)
    asker = Asker(found.spec)
    jobs = [Job(found.tasks[0], sums(10)[i], epoch) for i, epoch in ((0, 0), (0, 1), (1, 0))]
    requests = [asker.request(job) for job in jobs]
    seeds = set()
    for request in requests:
        assert isinstance(request, Chat)
        assert [m.role for m in request.messages] == ["system", "user"]
        assert (request.sampling.temperature, request.sampling.max_tokens) == (0.7, 8)
        seeds.add(request.sampling.seed)
    assert len(seeds) == 3
    keys = {asker.key(request, job.epoch) for request, job in zip(requests, jobs, strict=True)}
    assert len(keys) == 3
    assert asker.request(jobs[0]) == requests[0]


def test_completions_get_the_system_message_in_front_and_likelihoods_stay() -> None:
    system = SystemUnderTest(model="m", system_message="Be brief.")
    task = task_of(sums(1))
    complete = make_plan("s", [task], system, Extent())
    asker = Asker(complete.spec)
    text = Complete(prompt="2 + 2 =")
    whole = Likelihood(context="c", continuations=(" A",))
    rendered: dict[str, Request] = {"sums/v1/0": text, "sums/v1/1": whole}
    bent = replace(task, render=lambda sample: rendered[sample.id])
    first = asker.request(Job(bent, sums(2)[0], 0))
    assert isinstance(first, Complete)
    assert first.prompt == "Be brief.\n\n2 + 2 ="
    assert asker.request(Job(bent, sums(2)[1], 0)) is whole


def test_jobs_go_through_all_samples_before_they_repeat() -> None:
    found = plan(Extent(limit=2, epochs=2))
    order = [(job.sample.id, job.epoch) for job in found.jobs(0)]
    assert [epoch for _, epoch in order] == [0, 0, 1, 1]
