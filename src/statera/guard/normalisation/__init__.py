"""What a text says once disguises are off: one file a transformation, pure and linear.

`views.views` puts them together. Each transformation is a function from a text to the pieces of it
that it would replace (`alignment.Replacement`), so that any span of a view leads back to the raw
text.
"""
