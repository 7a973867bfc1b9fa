"""The console command `handraise`."""

from bot.cli.main import main

__all__ = ["main"]
