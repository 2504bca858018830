"""Harmful requests over the taxonomy, their decode controls, and suites of requests from files."""
