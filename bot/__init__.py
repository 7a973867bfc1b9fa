"""The bot: a Rasa server with a gate around it, and the wiring of all services."""
