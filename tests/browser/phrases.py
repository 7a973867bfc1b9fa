"""What the clerk in Rasa's place says."""

from __future__ import annotations

ANSWER = "Two or three working days."
UNSURE = "Did you mean one of these?"
CALLING = "I'm calling a person."
CHOICES = ["A refund", "Something else"]
MEANT = ["Meine Erstattung", "Etwas umtauschen", "Nichts davon"]
"""In German, for those whose browser says so."""
