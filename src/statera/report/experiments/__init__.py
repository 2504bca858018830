"""Pages and lines about live experiments; pure."""
