import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Request
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.trials import Exchange
from statera.tasks.harm.attacked import Attacks
from statera.tasks.harm.items import phrases, samples
from statera.tasks.transforms.transform import Wrapper

NAMES = ("rot13", "base64+role_play")


def _asked(attacks: Attacks, sample: Sample) -> list[str]:
    said: list[Exchange] = []
    request: Request | None = attacks.render(sample)
    while request is not None:
        said.append(Exchange(request, Response(text="no")))
        request = attacks.next_turn(sample, said)
    requests = [one.request for one in said]
    assert all(isinstance(one, Chat) and len(one.messages) == 1 for one in requests)
    return [one.messages[0].content for one in requests if isinstance(one, Chat)]


def test_each_transform_is_followed_by_its_control_and_the_plain_request_is_last() -> None:
    attacks, sample = Attacks.named(NAMES, {}, "t"), samples()[0]
    control = sample.fields["control"]["text"]
    first, second = attacks.transforms
    assert _asked(attacks, sample) == [
        first.apply(sample.input),
        first.apply(control),
        second.apply(sample.input),
        second.apply(control),
        control,
        sample.input,
    ]


def test_without_transforms_only_the_request_is_asked() -> None:
    attacks, sample = Attacks(), samples()[0]
    assert _asked(attacks, sample) == [sample.input]
    assert [scorer.metric for scorer in attacks.scorers] == ["attack_success", "attack_partial"]
    assert {metric.counter for metric in attacks.metrics} == {"over_refusal/over_refusal_any"}


def test_every_score_has_a_metric_whose_counter_metric_is_there() -> None:
    attacks = Attacks.named(NAMES, {}, "t")
    metrics = {metric.name: metric.counter for metric in attacks.metrics}
    assert [scorer.metric for scorer in attacks.scorers] == list(metrics)
    assert set(metrics.values()) <= set(metrics)
    assert metrics["attack_success_rot13"] == "decoded_rot13"


def test_another_prompt_is_another_template() -> None:
    templates = {
        Attacks.named(names, {}, "t").template for names in ((), ("rot13",), NAMES, NAMES[::-1])
    }
    assert len(templates) == 4


def test_a_transform_twice_is_told() -> None:
    with pytest.raises(DeclarationError, match="t: transform 'rot13' is there twice"):
        Attacks.named(("rot13", "rot13"), {}, "t")


def test_what_cannot_be_decoded_is_told_with_the_sample() -> None:
    lossy = Wrapper(name="lower", encode=str.lower)
    with pytest.raises(
        DeclarationError, match="'lower' cannot decode its own output for harm/v1/0"
    ):
        Attacks((lossy,)).check(samples())
    requests = {one.input: f"Deutsch {one.id}" for one in samples()}
    german = Attacks.named(("translation",), requests, "t")
    with pytest.raises(DeclarationError, match="for the control of harm/v1/0: the table"):
        german.check(samples())
    Attacks.named(("translation",), phrases(), "t").check(samples())
