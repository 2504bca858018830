"""From text to a score: extraction, comparison, outcomes. Pure."""
