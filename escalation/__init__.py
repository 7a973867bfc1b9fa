"""The desk: cases that people handle in Slack. Imports `labeling`, never `bot`."""
