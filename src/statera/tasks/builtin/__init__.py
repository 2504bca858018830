"""The benchmarks that ship, one file each. A new file here is a new task; there is no list."""
