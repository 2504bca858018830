"""How the refusal classifier is made: `python -m statera.scorers.reading.refusals.training`."""
