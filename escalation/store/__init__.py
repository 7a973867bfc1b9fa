"""Rows of conversations, messages, cases, and the outbox and inbox towards Slack."""
