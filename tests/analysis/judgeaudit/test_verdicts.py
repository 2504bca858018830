import numpy as np
import pytest

from statera.analysis.judgeaudit.figures import State
from statera.analysis.judgeaudit.verdicts import UNREAD, Asked, verdicts
from statera.records.scores import Outcome
from statera.stats.proportion import normal_quantile, wilson


def asked(
    read: int, unread: int = 0, *, outcome: Outcome = "unparsed", criterion: str = ""
) -> list[Asked]:
    said = [Asked(f"q{i}", True, "right", criterion) for i in range(read)]
    return said + [Asked(f"q{read + i}", False, outcome, criterion) for i in range(unread)]


@pytest.mark.parametrize(
    ("read", "unread", "state"),
    [
        (100, 0, "ok"),
        (98, 2, "ok"),  # 2 % is allowed
        (97, 3, "warning"),
        (90, 10, "warning"),  # 10 % too
        (89, 11, "void"),
        (0, 20, "void"),
    ],
)
def test_two_and_ten_per_cent_are_the_limits(read: int, unread: int, state: State) -> None:
    section = verdicts(asked(read, unread))
    assert section.state == state
    assert section.said[0] == f"{read} judged of {read + unread} asked"
    assert bool(section.advice) == (state != "ok")


def test_the_share_is_said_with_the_limit_it_broke() -> None:
    warned, void = verdicts(asked(95, 5)), verdicts(asked(80, 20))
    assert warned.said[1] == "5.0 % of the replies hold no verdict, more than 2 %"
    assert void.said[1] == "20.0 % of the replies hold no verdict, more than 10 %"


def test_the_interval_is_wilson_by_item() -> None:
    shown = verdicts(asked(90, 10)).figure(UNREAD)
    assert (shown.value, shown.n, shown.clusters) == (0.1, 100, 100)
    assert shown.low == pytest.approx(0.0552, abs=1e-4)
    assert shown.high == pytest.approx(0.1744, abs=1e-4)
    assert shown.method == "Wilson"


def test_several_judgements_of_an_item_are_one_unit() -> None:
    shown = verdicts(asked(30, 1) * 3).figure(UNREAD)
    assert (shown.n, shown.clusters) == (93, 31)


def test_items_that_are_asked_about_often_stand_for_no_more_than_the_others() -> None:
    said = asked(100) * 3 + asked(20) * 6 + asked(30) * 2  # as an audit of 100 items asks
    shown = verdicts(said).figure(UNREAD)
    assert shown.counted == "480 replies to 100 items"
    assert (shown.value, shown.low, shown.method) == (0.0, 0.0, "Wilson")
    upper = wilson(0.0, 100, normal_quantile(0.95))[1]
    assert shown.high == pytest.approx(upper)
    assert upper < 0.04
    never = [one._replace(read=False, outcome="unparsed") for one in said]
    lost = verdicts(never).figure(UNREAD)
    assert lost.value == 1.0
    assert lost.low == pytest.approx(1 - upper)


def test_items_of_a_cluster_are_one_unit_also_where_all_are_read() -> None:
    alike = [one._replace(unit=f"u{i // 10}", item=f"q{i}") for i, one in enumerate(asked(100))]
    shown = verdicts(alike * 3).figure(UNREAD)
    assert shown.counted == "300 replies to 100 items"
    assert shown.clusters == 10
    assert shown.high == pytest.approx(wilson(0.0, 10, normal_quantile(0.95))[1])


def test_the_share_without_a_verdict_is_covered_where_few_items_are_asked_about_often() -> None:
    rng, held, trials, true = np.random.default_rng(5), 0, 400, 0.02
    for _ in range(trials):
        bad = rng.random(100) < true
        times = rng.permutation([9] * 20 + [5] * 10 + [3] * 70)
        said = [
            Asked(f"q{i}", not bad[i], "unparsed" if bad[i] else "right")
            for i in range(100)
            for _ in range(times[i])
        ]
        shown = verdicts(said).figure(UNREAD)
        assert shown.low is not None
        assert shown.high is not None
        held += shown.low <= true <= shown.high
    assert held / trials >= 0.94


def test_what_plumbing_lost_is_counted_apart() -> None:
    section = verdicts([*asked(20), *asked(0, 30, outcome="infra_error")])
    assert section.state == "ok"
    assert section.said == ("20 judged of 50 asked, 30 without an answer",)
    assert section.figure(UNREAD).n == 20


def test_without_any_answer_nothing_is_told() -> None:
    section = verdicts(asked(0, 3, outcome="infra_error"))
    assert (section.state, section.figures) == ("not measured", ())
    assert verdicts([]).state == "not measured"


def test_a_criterion_that_is_never_read_is_not_hidden_by_the_others() -> None:
    many = [one for k in range(19) for one in asked(20, criterion=f"c{k}")]
    section = verdicts([*many, *asked(0, 20, criterion="tone")])
    assert section.state == "void"  # 5 % of all, but all of one
    assert section.said[1:] == ("100.0 % of the replies (tone) hold no verdict, more than 10 %",)
    assert section.figure(f"{UNREAD} (tone)").value == 1.0
    assert section.figure(f"{UNREAD} (c0)").value == 0.0
