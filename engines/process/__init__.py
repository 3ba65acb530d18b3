"""The synchronous API (contract §6): localize while the caller waits, recognize a language, estimate a cost; and the paths of older clients."""
