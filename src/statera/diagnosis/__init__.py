"""Why a score moved between two runs: factors, causes, places, and what to run next."""
