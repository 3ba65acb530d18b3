"""Translating one payload: `translate.translate` is the way in. Knows engines and their layers, nothing of jobs."""
