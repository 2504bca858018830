"""A guard's decisions on labelled texts: rates, evasions, thresholds, replays. Pure."""
