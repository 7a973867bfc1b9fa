"""Canned replies in Slack: chosen, filled in, edited, sent and counted."""
