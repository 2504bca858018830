"""Does a model know what it does not know? Own questions, sources and fact sheets."""
