"""Measurements of speed, memory, faults, kills and agreement; `python -m benchmarks --help`."""
