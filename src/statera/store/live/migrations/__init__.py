"""Every change that the tables of a live store went through, one file each under `versions`."""
