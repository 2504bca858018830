"""The JSON schema of a policy, for editors: each kind of detector with its own settings.

    # yaml-language-server: $schema=policy.schema.json     (first line of a policy)

What it cannot say (names that are taken, heads that a classifier lacks) is said when a policy is
read.
"""

from typing import Any

import msgspec

from statera.guard import kinds
from statera.guard.policy import Entry, Policy

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """Return the schema, in JSON's own types; every kind of detector is imported for it."""
    found = {name: kinds.find(name).Settings for name in kinds.names()}
    (policy, *settings), parts = msgspec.json.schema_components(
        [Policy, *found.values()], ref_template="#/$defs/{name}"
    )
    entry = parts[Entry.__name__]
    entry["properties"]["use"] = {"enum": list(found)}
    entry["allOf"] = [
        {
            "if": {"properties": {"use": {"const": name}}},
            "then": {"properties": {"with": own}},
        }
        for name, own in zip(found, settings, strict=True)
    ]
    return {"$schema": DIALECT, "title": "Policy of the guard", **policy, "$defs": parts}
