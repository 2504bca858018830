"""The subcommands of `guard`, one file each."""
