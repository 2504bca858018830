"""statera: decide with evidence whether an LLM system may ship.

    import statera as st

    store = st.RunStore(".statera")
    model = st.open_model("http://localhost:8000/v1#candidate")   # or st.model(my_function)
    run = st.run(st.Suite.load("starter"), model, store=store, epochs=4, seed=7)
    print(run["starter_knowledge/accuracy"])

Nothing is loaded before it is used: importing this package reads no file and no environment.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from statera.analysis.comparison import Comparison, ComparisonRow
    from statera.analysis.measure import MetricRow
    from statera.api.calibrating import calibrate
    from statera.api.comparisons import compare
    from statera.api.decisions import decide
    from statera.api.experimentmiddleware import ExperimentMiddleware
    from statera.api.experiments import Assigned, Experiment
    from statera.api.feedback import send_feedback
    from statera.api.figures import figures
    from statera.api.guarding import Guard, redacted
    from statera.api.judgecalls import Output, grade, judge, prefer, rank, two_stages, win_rate
    from statera.api.probing import probe
    from statera.api.reports import report_page
    from statera.api.runs import RunOptions, run, run_async
    from statera.api.scorecards import scorecard
    from statera.api.stored import Run
    from statera.diagnosis.diagnosis import Diagnosis, diagnose
    from statera.diagnosis.scopes import Terms
    from statera.errors import DeclarationError, EndpointError, RunStopped, StateraError
    from statera.gate.judging import Gate
    from statera.gate.ruling import Override, RuleRuling, Ruling
    from statera.graders.judge import Judge
    from statera.guard.policy import Policy
    from statera.models.callables import model
    from statera.models.scripted import ScriptedModel
    from statera.protocols import Grader, Metric, Model, Scorer
    from statera.proxy.experiments.current import CurrentArm, current_arm
    from statera.proxy.experiments.middleware import MiddlewareOptions
    from statera.records.guarding import Decision, Finding, Passage
    from statera.records.requests import Chat, Complete, Likelihood, Message, Sampling
    from statera.records.responses import Failure, Response
    from statera.records.samples import Sample
    from statera.records.scores import Outcome, Score
    from statera.records.trials import Trial
    from statera.records.verdicts import Verdict
    from statera.stats.results import Estimate
    from statera.store.runstore import RunStore
    from statera.strategies.opening import open_model
    from statera.tasks.suite import Suite
    from statera.tasks.task import Task

_PLACES = {
    "analysis.comparison": ("Comparison", "ComparisonRow"),
    "analysis.measure": ("MetricRow",),
    "api.calibrating": ("calibrate",),
    "api.comparisons": ("compare",),
    "api.decisions": ("decide",),
    "api.experimentmiddleware": ("ExperimentMiddleware",),
    "api.experiments": ("Assigned", "Experiment"),
    "api.feedback": ("send_feedback",),
    "api.figures": ("figures",),
    "api.guarding": ("Guard", "redacted"),
    "api.judgecalls": ("Output", "grade", "judge", "prefer", "rank", "two_stages", "win_rate"),
    "api.probing": ("probe",),
    "api.reports": ("report_page",),
    "api.runs": ("RunOptions", "run", "run_async"),
    "api.scorecards": ("scorecard",),
    "api.stored": ("Run",),
    "diagnosis.diagnosis": ("Diagnosis", "diagnose"),
    "diagnosis.scopes": ("Terms",),
    "errors": ("DeclarationError", "EndpointError", "RunStopped", "StateraError"),
    "gate.judging": ("Gate",),
    "gate.ruling": ("Override", "RuleRuling", "Ruling"),
    "graders.judge": ("Judge",),
    "guard.policy": ("Policy",),
    "models.callables": ("model",),
    "models.scripted": ("ScriptedModel",),
    "protocols": ("Grader", "Metric", "Model", "Scorer"),
    "proxy.experiments.current": ("CurrentArm", "current_arm"),
    "proxy.experiments.middleware": ("MiddlewareOptions",),
    "records.guarding": ("Decision", "Finding", "Passage"),
    "records.requests": ("Chat", "Complete", "Likelihood", "Message", "Sampling"),
    "records.responses": ("Failure", "Response"),
    "records.samples": ("Sample",),
    "records.scores": ("Outcome", "Score"),
    "records.trials": ("Trial",),
    "records.verdicts": ("Verdict",),
    "stats.results": ("Estimate",),
    "store.runstore": ("RunStore",),
    "strategies.opening": ("open_model",),
    "tasks.suite": ("Suite",),
    "tasks.task": ("Task",),
}
_HOME = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "Assigned",
    "Chat",
    "Comparison",
    "ComparisonRow",
    "Complete",
    "CurrentArm",
    "Decision",
    "DeclarationError",
    "Diagnosis",
    "EndpointError",
    "Estimate",
    "Experiment",
    "ExperimentMiddleware",
    "Failure",
    "Finding",
    "Gate",
    "Grader",
    "Guard",
    "Judge",
    "Likelihood",
    "Message",
    "Metric",
    "MetricRow",
    "MiddlewareOptions",
    "Model",
    "Outcome",
    "Output",
    "Override",
    "Passage",
    "Policy",
    "Response",
    "RuleRuling",
    "Ruling",
    "Run",
    "RunOptions",
    "RunStopped",
    "RunStore",
    "Sample",
    "Sampling",
    "Score",
    "Scorer",
    "ScriptedModel",
    "StateraError",
    "Suite",
    "Task",
    "Terms",
    "Trial",
    "Verdict",
    "calibrate",
    "compare",
    "current_arm",
    "decide",
    "diagnose",
    "figures",
    "grade",
    "judge",
    "model",
    "open_model",
    "prefer",
    "probe",
    "rank",
    "redacted",
    "report_page",
    "run",
    "run_async",
    "scorecard",
    "send_feedback",
    "two_stages",
    "win_rate",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'statera' has no attribute '{name}'")
    value = getattr(import_module(f"statera.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return list(__all__)
