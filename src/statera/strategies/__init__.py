"""What is put round a model to make it safer or better, as a system under test of its own."""
