"""Keys, tokens, private keys and passwords, by the forms of their providers.

```yaml
- {name: secrets, use: secrets, sides: [input, output, tool_call, tool_result], action: redact}
```
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from statera.guard.credentials import secrets
from statera.guard.sightings import sighted
from statera.guard.tools import Tools
from statera.protocols import View
from statera.records.guarding import Passage, Reading


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """There is nothing to set."""


class Secrets:
    """Scores 1 where a text or one of its views holds a secret, else 0."""

    cost: Literal["inline"] = "inline"
    digest = "secrets"

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        """Return every place of the raw text that holds one."""
        return sighted(passage, views, secrets)


def detector(settings: Settings, tools: Tools) -> Secrets:
    """Return the detector."""
    return Secrets()
