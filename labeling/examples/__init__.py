"""Labelled messages: what they are, and how they are read from files."""

from labeling.examples.example import Example, ExamplesRefused, Row, shown
from labeling.examples.reading import Examples, read_examples, read_rows
from labeling.examples.table import read_texts

__all__ = ["Example", "Examples", "ExamplesRefused", "Row", "read_examples", "read_rows", "read_texts", "shown"]
