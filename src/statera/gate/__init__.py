"""Release decisions: a policy's rules, applied to stored evidence, give a ruling."""
