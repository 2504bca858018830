"""Facts: frozen values without behaviour, shared by every floor above."""
