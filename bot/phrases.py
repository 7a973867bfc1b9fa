"""How the bot asks what was meant, by language, where the project has no words of its own for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """The question above the buttons, and the last button."""

    question: str
    none: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases("Just to be sure: did you mean one of these?", "None of these"),
    "cs": Phrases("Jen pro jistotu: měli jste na mysli něco z tohoto?", "Nic z toho"),
    "da": Phrases("Bare for en sikkerheds skyld: mente du en af disse?", "Ingen af disse"),
    "de": Phrases("Nur um sicherzugehen: Meinten Sie eines davon?", "Nichts davon"),
    "es": Phrases("Solo para estar seguros: ¿se refiere a una de estas opciones?", "Ninguna de estas"),
    "fi": Phrases("Varmistan vielä: tarkoititko jotain näistä?", "En mitään näistä"),
    "fr": Phrases("Pour bien vous comprendre : vouliez-vous dire l'une de ces choses ?", "Rien de tout cela"),
    "it": Phrases("Solo per essere sicuri: intendeva una di queste cose?", "Nessuna di queste"),
    "nl": Phrases("Voor de zekerheid: bedoelt u een van deze?", "Geen van deze"),
    "pl": Phrases("Dla pewności: czy chodzi o jedną z tych spraw?", "Żadna z nich"),
    "pt": Phrases("Só para ter a certeza: quis dizer uma destas opções?", "Nenhuma destas"),
    "sv": Phrases("Bara för att vara säker: menade du något av detta?", "Inget av detta"),
    "tr": Phrases("Emin olmak için: bunlardan birini mi demek istediniz?", "Hiçbiri"),
    "uk": Phrases("Щоб переконатися: ви мали на увазі щось із цього?", "Нічого з цього"),
}


def phrases_in(language: str) -> Phrases:
    """In English where the language is not among them."""
    return PHRASES.get(language.partition("-")[0].casefold()) or PHRASES["en"]
