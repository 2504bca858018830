"""What is asked: samples, prompts, scorers. One file a benchmark under `builtin`."""
