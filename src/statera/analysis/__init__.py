"""Stored trials to estimates."""
