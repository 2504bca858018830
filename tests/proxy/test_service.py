from typing import get_type_hints

from statera.proxy.service import Service, Trace, Traces
from statera.proxy.telemetry import Telemetry
from statera.proxy.telemetry import Trace as Made


def test_telemetry_is_what_a_service_takes() -> None:
    traces: type[Traces] = Telemetry
    trace: type[Trace] = Made
    assert {"begin", "close"} <= set(dir(traces))
    assert {"evaluated", "end"} <= set(dir(trace))
    assert get_type_hints(Service)["traces"] == Traces | None
