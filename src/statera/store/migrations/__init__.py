"""Every change that the tables of a store went through, one file each under `versions`."""
