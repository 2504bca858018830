"""The migrations in order; each says which one it follows."""
