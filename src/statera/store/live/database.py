"""One database of live facts, SQLite or PostgreSQL: opened, checked, migrated."""

from statera.errors import StoreError


class LiveStoreAway(StoreError):
    """The live database cannot be reached, or not be written, now; later it may."""


class FactRefused(StoreError):
    """The live database refuses a fact for what it is; trying again would not help."""
