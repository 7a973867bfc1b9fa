"""The section `owning` of desk.yml: how a case comes to its owner."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.section import Section


@dataclass(frozen=True)
class Owning:
    claim_on_reply: bool = True
    """Whether a first reply claims a case that nobody has; otherwise the reply is held until its author decides."""


def read_owning(written: object) -> Owning:
    """Raises DeskConfigRefused."""
    section = Section("owning", written, ("claim_on_reply",))
    return Owning(section.flag("claim_on_reply", Owning.claim_on_reply))
