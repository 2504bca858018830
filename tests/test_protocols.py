from statera.graders.code import CodeTests
from statera.metrics.means import Accuracy
from statera.metrics.passk import PassAt
from statera.models.callables import model
from statera.models.clock import SystemClock
from statera.models.script import Reply, Script
from statera.models.scripted import ScriptedModel
from statera.protocols import Clock, Grader, Metric, Model, Scorer, Streaming
from statera.scorers.exact import Exact


def test_what_ships_keeps_the_contract() -> None:
    """Checked by the type checker too: each assignment is the claim."""
    scripted = ScriptedModel(Script(default=Reply(text="A")))
    models: list[Model] = [scripted, model(lambda prompt: prompt)]
    scorer: Scorer = Exact()
    grader: Grader = CodeTests()
    metrics: list[Metric] = [Accuracy(score="a"), PassAt(score="a", k=1)]
    clock: Clock = SystemClock()
    assert all(isinstance(one, Model) for one in models)
    assert isinstance(scripted, Streaming)
    assert (scorer.metric, grader.metric) == ("exact", "pass")
    assert [metric.score for metric in metrics] == ["a", "a"]
    assert clock.now() > 0
