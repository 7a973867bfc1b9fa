"""The console command `handraise`."""

import os

os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")  # Rasa's, not the user's; read at SQLAlchemy's import

from bot.cli.main import main

__all__ = ["main"]
