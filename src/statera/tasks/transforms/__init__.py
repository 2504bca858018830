"""Ways to dress a request, as attacks do, each with the way back."""
