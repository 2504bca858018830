"""Experiments: units and what came of them -> differences, checks and a decision; pure."""
