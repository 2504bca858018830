"""The kinds of detectors: one file each, with `Settings` and `detector(settings, tools)`."""
