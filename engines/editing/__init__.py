"""A model improves texts that exist already, or judges them. Answers name only what changes."""
