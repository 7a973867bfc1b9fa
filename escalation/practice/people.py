"""Who works at the fictional shop, and what they look like."""

from __future__ import annotations

from dataclasses import dataclass

from escalation.practice.refusal import JSON

TEAM = "T0LARKFELL"
TEAM_NAME = "Larkfell practice"
APP = "A0HANDRAISE"
BOT = "B0HANDRAISE"
BOT_USER = "U0HANDRAISE"


@dataclass(frozen=True)
class Person:
    """One member of the workspace; `key` is how tests and the page's address name them."""

    id: str
    key: str
    name: str
    title: str
    color: str
    is_bot: bool = False

    @property
    def display_name(self) -> str:
        return self.name if self.is_bot else self.name.split()[0]

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2])


PEOPLE = (
    Person("U0MINAOKAFO", "mina", "Mina Okafor", "Support, team lead", "2f6f62"),
    Person("U0JONASFELD", "jonas", "Jonas Feld", "Support, orders and returns", "8a4b2a"),
    Person("U0PRIYANAIR", "priya", "Priya Nair", "Support, gear advice", "4f4a8c"),
)


@dataclass(frozen=True)
class UserGroup:
    """Several people who are called by one handle."""

    id: str
    handle: str
    name: str
    people: tuple[str, ...]
    """Keys."""


USER_GROUPS = (
    UserGroup("S0SUPPORT01", "support", "Support", ("mina", "jonas", "priya")),
    UserGroup("S0LEADS0001", "leads", "Support leads", ("mina",)),
)
HANDRAISE = Person(BOT_USER, "handraise", "Handraise", "The bot that raises its hand", "b3541e", is_bot=True)


def avatar_svg(person: Person) -> str:
    mark = HAND if person.is_bot else FACE.format(initials=person.initials)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72" width="72" height="72">'
        f'<rect width="72" height="72" rx="16" fill="#{person.color}"/>{mark}</svg>'
    )


FACE = (
    '<text x="36" y="46" text-anchor="middle" font-family="system-ui,sans-serif" font-size="28" '
    'font-weight="600" fill="#fff">{initials}</text>'
)
HAND = (
    '<path d="M24 40V27a3 3 0 0 1 6 0v9-16a3 3 0 0 1 6 0v16-14a3 3 0 0 1 6 0v15-9a3 3 0 0 1 6 0v16'
    'c0 9-5 14-12 14-6 0-9-3-12-8l-5-8c-2-4 2-6 5-2z" fill="#fff"/>'
)


def profile(person: Person, base_url: str) -> JSON:
    first, _, last = person.name.partition(" ")
    picture = f"{base_url}/play/avatar/{person.key}.png"
    pictures = {f"image_{size}": picture for size in (24, 32, 48, 72, 192, 512)}
    return {
        "title": person.title,
        "phone": "",
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.display_name,
        "display_name_normalized": person.display_name,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": person.key,
        "first_name": first,
        "last_name": last,
        "email": f"{person.key}@larkfell.example",
        "team": TEAM,
        **pictures,
    }


def user_json(person: Person, base_url: str) -> JSON:
    return {
        "id": person.id,
        "team_id": TEAM,
        "name": person.key,
        "deleted": False,
        "color": person.color,
        "real_name": person.name,
        "tz": "Europe/Berlin",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": profile(person, base_url),
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }


def group_json(group: UserGroup) -> JSON:
    return {
        "id": group.id,
        "team_id": TEAM,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1_700_000_000,
        "date_update": 1_700_000_000,
        "date_delete": 0,
        "auto_type": None,
        "created_by": PEOPLE[0].id,
        "updated_by": PEOPLE[0].id,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "user_count": str(len(group.people)),
    }


def bot_profile(base_url: str) -> JSON:
    picture = f"{base_url}/play/avatar/{HANDRAISE.key}.svg"
    return {
        "id": BOT,
        "deleted": False,
        "name": HANDRAISE.name,
        "updated": 1_700_000_000,
        "app_id": APP,
        "user_id": BOT_USER,
        "icons": {"image_36": picture, "image_48": picture, "image_72": picture},
        "team_id": TEAM,
    }
