"""Measurements, run by `make bench`: they print tables and write `bench/results.json`. Tests never time anything."""
