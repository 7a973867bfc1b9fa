"""What Slack accepts as Block Kit: messages, modals and homes, with Slack's limits."""
