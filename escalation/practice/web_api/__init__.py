"""The Web API: one file per noun, `endpoint.py` at the door."""
