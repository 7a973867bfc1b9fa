"""Labelled messages: what they are, and how they are read from files."""

from labeling.examples.example import Example, ExamplesRefused, Row
from labeling.examples.reading import Examples, read_examples, read_rows

__all__ = ["Example", "Examples", "ExamplesRefused", "Row", "read_examples", "read_rows"]
