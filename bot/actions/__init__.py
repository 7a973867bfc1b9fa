"""The demo shop's own actions. They run inside the bot's process: no action server to start, none to be down."""
