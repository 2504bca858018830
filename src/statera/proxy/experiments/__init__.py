"""Experiments in the path: who gets which arm, what is written of it, and what people say."""
