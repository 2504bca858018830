"""Fixtures that every test may ask for."""

from tests.embedded_server import embedded, embedded_model, embedded_server

__all__ = ["embedded", "embedded_model", "embedded_server"]
