"""Small classifiers of text: the one that ships, a user's own, and how one is trained."""
