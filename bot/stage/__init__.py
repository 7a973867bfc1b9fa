"""The demo's one page, and how far its visitor has come."""
