"""Serves the embedded model as a real OpenAI-compatible endpoint."""
