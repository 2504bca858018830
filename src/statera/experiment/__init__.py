"""Live experiments without I/O: designs, assignment, what an arm changes in a request."""
