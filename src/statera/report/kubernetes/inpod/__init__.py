"""What runs inside the model server's own image: Python's standard library and nothing else."""
