"""How an item's tag decides its answer and whether a fault strikes it.

FNV-1a 64 and the finaliser of splitmix64 (Steele, Lea, Flood 2014), so that any endpoint that does
the same gives the same answers: the letter is `ABCD[h % 4]`, and a fault with a share strikes by
another hash of h.
"""

from functools import lru_cache

MASK = (1 << 64) - 1


def mix(value: int) -> int:
    """Return splitmix64's finaliser of a 64-bit number."""
    value ^= value >> 30
    value = value * 0xBF58476D1CE4E5B9 & MASK
    value ^= value >> 27
    value = value * 0x94D049BB133111EB & MASK
    return value ^ (value >> 31)


@lru_cache(200_000)
def hashed(key: str) -> int:
    """Return the key's 64-bit hash."""
    value = 0xCBF29CE484222325
    for byte in key.encode():
        value = (value ^ byte) * 0x100000001B3 & MASK
    return mix(value)


def letter(key: str) -> str:
    """Return the answer: one of A, B, C, D."""
    return "ABCD"[hashed(key) % 4]


def struck(key: str, percent: float) -> bool:
    """Return whether a fault with that share strikes the key."""
    return mix(hashed(key) ^ 0x5BD1E995) % 10_000 < percent * 100
