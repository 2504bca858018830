"""Personal data in text, told by its form and its check digits: one file a kind."""
