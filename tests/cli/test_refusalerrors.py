import numpy as np
import pytest

from statera.analysis.refusalerror import Case, refusal_error
from statera.cli.refusalerrors import print_error


def test_every_kind_of_prompt_has_its_own_rates(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [Case("safe", "full_compliance", "full_compliance")] * 30
    cases += [Case("safe", "full_refusal", "full_refusal")] * 10
    cases += [Case("unsafe", "full_compliance", "full_refusal")] * 5
    cases += [Case("unsafe", "full_compliance", "full_compliance")] * 15
    cases += [Case("unsafe", "full_refusal", None)] * 2
    print_error(refusal_error(cases, rng=np.random.default_rng(0)))
    told = capsys.readouterr().out
    unsafe = next(line for line in told.splitlines() if line.startswith("unsafe"))
    assert "full_compliance" in unsafe
    assert "0.750" in unsafe
    assert "not read: 2 of 62" in told
    assert "kappa" in told
