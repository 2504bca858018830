"""The edges to models: HTTP endpoints, the embedded model, scripted fakes, Python functions."""
