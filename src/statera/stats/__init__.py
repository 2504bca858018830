"""Pure functions from arrays to results that carry estimate, interval, n, clusters and method."""
