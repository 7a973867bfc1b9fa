"""`python -m bot.cli`: the same command, for child processes."""

from bot.cli.main import main

main()
