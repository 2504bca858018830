"""The sidecar: an OpenAI-compatible proxy that checks what passes.

`documents` decodes bodies, `wire` finds the text in them, `sse` and `session` do the same for
streams, all without I/O; the rest is the process around it. Nothing passes that was not read:
a field, a route or a part that nobody knows is refused unless the policy names it.
"""
