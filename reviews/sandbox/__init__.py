"""A review provider to try things with: a server that speaks the Gengo v2 protocol, with a page on which one plays the translator.

For development and tests. It keeps everything in memory, calls back to this machine only, and has no part in production.
"""
