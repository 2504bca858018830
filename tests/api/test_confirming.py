import pytest

from statera.api.confirming import Word, confirm
from statera.errors import DeclarationError
from statera.store.runstore import RunStore
from tests.runs_made import stored


def test_a_word_covers_the_trials_that_there_are(store: RunStore) -> None:
    run = stored(store, {"a/1": ["right", "wrong", "infra_error"]}, severity="critical")
    said = confirm(run, "a/1", Word(True, "Ada", "read"), rule="t/a/critical")
    assert (said.metric, said.trials, said.failure) == ("critical", 3, True)
    assert store.ledger.confirmations(run.info.id) == [said]


def test_a_word_without_name_or_reason_is_none(store: RunStore) -> None:
    run = stored(store, {"a/1": ["wrong"]}, severity="critical")
    with pytest.raises(DeclarationError, match="needs --by and --why"):
        confirm(run, "a/1", Word(True, "Ada", " "), rule="t/critical")
