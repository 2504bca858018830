"""In which form the texts of a sensitive task are kept, and where a run says so."""

from typing import Literal

Content = Literal["full", "hashed", "encrypted"]
"""As they are; as a digest and a length, for good; or as what only a key opens."""

CONTENT = "content"
"""The key in a run's environment that tells, by task, in which form its texts are kept."""

SENSITIVE = "sensitive"
"""The key that lists the tasks of whose texts pages show short excerpts only."""

KEY = "STATERA_CONTENT_KEY"
"""The environment variable that holds the key of encrypted texts."""
