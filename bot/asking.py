"""How the bot asks what was meant, by language, where the project has no words of its own for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Asking:
    """The question above the buttons, and the last button."""

    question: str
    none: str


ASKINGS: Mapping[str, Asking] = {
    "en": Asking("Just to be sure: did you mean one of these?", "None of these"),
    "cs": Asking("Jen pro jistotu: měli jste na mysli něco z tohoto?", "Nic z toho"),
    "da": Asking("Bare for en sikkerheds skyld: mente du en af disse?", "Ingen af disse"),
    "de": Asking("Nur um sicherzugehen: Meinten Sie eines davon?", "Nichts davon"),
    "es": Asking("Solo para estar seguros: ¿se refiere a una de estas opciones?", "Ninguna de estas"),
    "fi": Asking("Varmistan vielä: tarkoititko jotain näistä?", "En mitään näistä"),
    "fr": Asking("Pour bien vous comprendre : vouliez-vous dire l'une de ces choses ?", "Rien de tout cela"),
    "it": Asking("Solo per essere sicuri: intendeva una di queste cose?", "Nessuna di queste"),
    "nl": Asking("Voor de zekerheid: bedoelt u een van deze?", "Geen van deze"),
    "pl": Asking("Dla pewności: czy chodzi o jedną z tych spraw?", "Żadna z nich"),
    "pt": Asking("Só para ter a certeza: quis dizer uma destas opções?", "Nenhuma destas"),
    "sv": Asking("Bara för att vara säker: menade du något av detta?", "Inget av detta"),
    "tr": Asking("Emin olmak için: bunlardan birini mi demek istediniz?", "Hiçbiri"),
    "uk": Asking("Щоб переконатися: ви мали на увазі щось із цього?", "Нічого з цього"),
}


def asking_in(language: str) -> Asking:
    """In English where the language is not among them."""
    return ASKINGS.get(language.partition("-")[0].casefold()) or ASKINGS["en"]
