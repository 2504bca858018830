"""The guard: a text's views, detectors, a policy, and one decision. No I/O."""
