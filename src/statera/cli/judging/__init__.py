"""The commands below `statera judge`, one file each."""
