"""The pages of an organization: `base` is what every page of every app stands on; the others are its team, roles, keys, settings and audit log."""
