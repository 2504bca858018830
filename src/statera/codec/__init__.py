"""Bytes to typed values and back: strict decoding, canonical digests, files."""
