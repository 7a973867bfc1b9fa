"""Teaching from Slack: the card's questions, windows about one turn, and what becomes of the answers."""

from escalation.slack.teaching.card_part import best_guesses, teaching_blocks
from escalation.slack.teaching.words import said

__all__ = ["best_guesses", "said", "teaching_blocks"]
