"""Facts that a summary must not leave out, and whether it does; pure."""
