"""How the bot asks what was meant, and in which words a customer names a place in its list: by language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Asking:
    """The question above the choices, and the last of them. The rest are words, with blanks between them."""

    question: str
    none: str
    ordinals: str = ""
    """How they begin, for languages bend them: first, second, third, fourth."""
    numbers: str = ""
    """One to four."""
    beside: str = ""
    """What may stand beside a place without a meaning of its own."""
    no: str = ""
    """Words for none of them."""


ASKINGS: Mapping[str, Asking] = {
    "en": Asking(
        "Just to be sure: did you mean one of these?",
        "None of these",
        ordinals="first second third fourth",
        numbers="one two three four",
        beside="the a number no nr option answer choice one please i mean meant it s is was",
        no="no none neither nope",
    ),
    "cs": Asking(
        "Jen pro jistotu: měli jste na mysli něco z tohoto?",
        "Nic z toho",
        ordinals="prvn druh třet čtvrt",
        numbers="jedna dva tři čtyři",
        beside="ta to ten možnost číslo prosím",
        no="ne nic žádná",
    ),
    "da": Asking(
        "Bare for en sikkerheds skyld: mente du en af disse?",
        "Ingen af disse",
        ordinals="først ande tredj fjerd",
        numbers="en to tre fire",
        beside="den det nummer mulighed tak",
        no="nej ingen",
    ),
    "de": Asking(
        "Nur um sicherzugehen: Meinten Sie eines davon?",
        "Nichts davon",
        ordinals="erst zweit dritt viert",
        numbers="eins zwei drei vier",
        beside="das die der den nummer nr antwort möglichkeit bitte ich meine meinte es ist war",
        no="nein nichts keins keines keine",
    ),
    "es": Asking(
        "Solo para estar seguros: ¿se refiere a una de estas opciones?",
        "Ninguna de estas",
        ordinals="primer segund tercer cuart",
        numbers="uno dos tres cuatro",
        beside="la el lo número opción por favor",
        no="no ninguna ninguno",
    ),
    "fi": Asking(
        "Varmistan vielä: tarkoititko jotain näistä?",
        "En mitään näistä",
        ordinals="ensimmäi toi kolma neljä",
        numbers="yksi kaksi kolme neljä",
        beside="se numero vaihtoehto kiitos",
        no="ei en mitään",
    ),
    "fr": Asking(
        "Pour bien vous comprendre : vouliez-vous dire l'une de ces choses ?",
        "Rien de tout cela",
        ordinals="premi deuxi troisi quatri",
        numbers="un deux trois quatre",
        beside="le la l numéro option réponse s il vous plaît",
        no="non aucun aucune rien",
    ),
    "it": Asking(
        "Solo per essere sicuri: intendeva una di queste cose?",
        "Nessuna di queste",
        ordinals="prim second terz quart",
        numbers="uno due tre quattro",
        beside="la il numero opzione per favore",
        no="no nessuna nessuno",
    ),
    "nl": Asking(
        "Voor de zekerheid: bedoelt u een van deze?",
        "Geen van deze",
        ordinals="eerst tweed derd vierd",
        numbers="een twee drie vier",
        beside="de het nummer optie alstublieft",
        no="nee geen",
    ),
    "pl": Asking(
        "Dla pewności: czy chodzi o jedną z tych spraw?",
        "Żadna z nich",
        ordinals="pierwsz drug trzec czwart",
        numbers="jeden dwa trzy cztery",
        beside="ta to ten opcja numer proszę",
        no="nie żadna żadne",
    ),
    "pt": Asking(
        "Só para ter a certeza: quis dizer uma destas opções?",
        "Nenhuma destas",
        ordinals="primeir segund terceir quart",
        numbers="um dois três quatro",
        beside="a o número opção por favor",
        no="não nenhuma nenhum",
    ),
    "sv": Asking(
        "Bara för att vara säker: menade du något av detta?",
        "Inget av detta",
        ordinals="först andr tredj fjärd",
        numbers="ett två tre fyra",
        beside="den det nummer alternativ tack",
        no="nej inget ingen",
    ),
    "tr": Asking(
        "Emin olmak için: bunlardan birini mi demek istediniz?",
        "Hiçbiri",
        ordinals="birinc ikinc üçünc dördünc",
        numbers="bir iki üç dört",
        beside="numara seçenek lütfen",
        no="hayır hiçbiri",
    ),
    "uk": Asking(
        "Щоб переконатися: ви мали на увазі щось із цього?",
        "Нічого з цього",
        ordinals="перш друг трет четверт",
        numbers="один два три чотири",
        beside="це варіант номер будь ласка",
        no="ні нічого жодне",
    ),
}
_LONGEST_ENDING = 4
_DIGITS = re.compile(r"(\d{1,3})\D{0,2}")
"""A number, as in `2`, `2nd` or `2me`; long ones name no place, and of the longest Python makes no int."""


def asking_in(language: str) -> Asking:
    """In English where the language is not among them."""
    return ASKINGS.get(language.partition("-")[0].casefold()) or ASKINGS["en"]


def place_in(text: str, asking: Asking) -> int | None:
    """Which place of the list these words name, from 1 on; None where they say anything else too."""
    said = words_of(text)
    named = {word: place for word in said if (place := _place(word, asking)) is not None}
    beside = asking.beside.split()
    plain = {word: place for word, place in named.items() if word not in beside}
    if not plain and not set(said) & set(asking.no.split()):  # "number one", but not "no, I meant the one"
        plain = named
    if len(plain) != 1 or any(word not in plain and word not in beside for word in said):
        return None
    return next(iter(plain.values()))


def says_none(text: str, asking: Asking) -> bool:
    """Whether the words are a bare no."""
    said = words_of(text)
    return bool(said) and set(said) <= set(asking.no.split())


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _place(word: str, asking: Asking) -> int | None:
    digits = _DIGITS.fullmatch(word)
    if digits:
        return int(digits[1])
    numbers = asking.numbers.split()
    if word in numbers:
        return numbers.index(word) + 1
    for place, beginning in enumerate(asking.ordinals.split(), start=1):
        if word.startswith(beginning) and len(word) <= len(beginning) + _LONGEST_ENDING:
            return place
    return None
