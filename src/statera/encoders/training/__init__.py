"""Training a classifier from labelled text."""
