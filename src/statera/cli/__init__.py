"""The command line: flags, wiring, exit codes; nothing else."""
