"""From the scores of an item to a value, and from items to an estimate."""
