"""Running hostile code away from everything, by the strongest means this machine has."""
