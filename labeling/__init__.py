"""The label store, the intent model's life, and the trainers' pages. Imports nothing of the other packages."""
