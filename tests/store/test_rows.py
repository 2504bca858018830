import subprocess
import sys

from statera.store.rows import Keyed, Scored
from tests.store.made import score, trial


def test_a_trial_may_wait_for_its_grade() -> None:
    assert Scored(trial(1)).scores == ()
    assert Scored(trial(1), (Keyed("k", score()),)).scores[0].score.metric == "accuracy"


def test_rows_and_journal_need_no_database() -> None:
    code = (
        "import sys, statera.store.rows, statera.store.journal\n"
        "assert 'sqlalchemy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=600)
