"""Grading with something behind it: the sandbox, and later judges and people."""
