"""statera: decide with evidence whether an LLM system may ship."""
