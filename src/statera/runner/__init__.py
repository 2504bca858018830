"""Meets a model: makes the trials that are missing, scores them, stores them."""
