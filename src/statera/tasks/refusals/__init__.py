"""Safe prompts that sound unsafe, and their unsafe twins: what ships, and published sets."""
