"""Does a model say what it knows, or what its user wants to hear? Own items and wordings."""
