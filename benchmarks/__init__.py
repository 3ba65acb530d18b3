"""Measurements of the product as it runs: real processes on loopback, a model server and a receiver. `python -m benchmarks --help`."""
