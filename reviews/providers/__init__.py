"""Providers of human review outside: one interface (`base`), one module for each, and which there are (`registry`)."""
