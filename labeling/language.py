"""Tags of languages, such as `de` or `pt-BR` (RFC 5646), as far as we tell them apart."""

from __future__ import annotations

import re

_TAG = re.compile(r"([a-z]{2,3})(-[a-z0-9]{2,8})*")
_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
"""ISO 639-1. Of longer codes only the shape is looked at."""


def wider(language: str) -> tuple[str, ...]:
    """The tag as we compare it, and what it also is: `de_AT` is `de-at`, and also `de`."""
    whole = language.strip().replace("_", "-").casefold()
    return (whole, whole.partition("-")[0])


def is_language(tag: str) -> bool:
    """So that a slip such as `german`, or `dr` for `de`, is seen where it was written."""
    found = _TAG.fullmatch(wider(tag)[0])
    return found is not None and (len(found[1]) > 2 or found[1] in _TWO_LETTERS.split())


def accepted(header: str) -> tuple[str, ...]:
    """The languages of a browser's Accept-Language (RFC 9110, 12.5.4), the dearest first."""
    weighed = [_weighed(part) for part in header.split(",")]
    return tuple(tag for tag, weight in sorted(weighed, key=lambda one: -one[1]) if weight > 0 and is_language(tag))


def _weighed(part: str) -> tuple[str, float]:
    tag, _, weight = part.partition(";")
    try:
        return tag.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return tag.strip(), 0.0
