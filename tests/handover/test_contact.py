"""How a customer can be reached, found in their own words."""

from __future__ import annotations

import pytest

from escalation.contact import contact_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to ada.l@mail.example please", "ada.l@mail.example"),
        ("Call me: +49 (0)30 1234-567.", "+49 (0)30 1234-567"),
        ("0170 5551234 or ada@mail.example", "ada@mail.example, 0170 5551234"),
        ("ada@mail.example, ada@mail.example", "ada@mail.example"),
        ("where is order 48213377?", ""),
        ("LF-0048213377", ""),
        ("it was on 01.02.2026 at 12", ""),
        ("2026-01-02 and 03/04/2026", ""),
        ("I paid 0.99", ""),
        ("hello@", ""),
    ],
)
def test_what_reaches_a_customer_is_told_from_other_numbers(text: str, found: str) -> None:
    assert contact_in(text) == found
