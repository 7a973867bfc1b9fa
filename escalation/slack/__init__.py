"""The desk: cases as cards and threads in Slack."""
