"""Other tools' logs, read into the same store as ordinary runs."""
