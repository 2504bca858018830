"""The starter suite's own items and what its five tasks share; see README.md beside this file."""
