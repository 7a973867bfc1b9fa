"""users.*, bots.info, team.info and usergroups.list: who is there."""

from __future__ import annotations

from escalation.practice.people import (
    BOT,
    BOT_USER,
    TEAM,
    TEAM_NAME,
    USER_GROUPS,
    Person,
    bot_profile,
    group_json,
    profile,
    user_json,
)
from escalation.practice.refusal import JSON, Refused
from escalation.practice.web_api.call import Call, Method, page_of


def _person(call: Call) -> Person:
    found = call.workspace.people.get(call.text("user"))
    if found is None:
        raise Refused("user_not_found")
    return found


def info(call: Call) -> JSON:
    return {"user": user_json(_person(call), call.practice.base_url)}


def list_users(call: Call) -> JSON:
    page, onward = page_of(list(call.workspace.people.values()), call)
    return {"members": [user_json(person, call.practice.base_url) for person in page], **onward}


def get_profile(call: Call) -> JSON:
    return {"profile": profile(_person(call), call.practice.base_url)}


def bot_info(call: Call) -> JSON:
    if call.text("bot") != BOT:
        raise Refused("bot_not_found")
    return {"bot": {**bot_profile(call.practice.base_url), "user_id": BOT_USER}}


def team_info(call: Call) -> JSON:
    return {"team": {"id": TEAM, "name": TEAM_NAME, "domain": "larkfell-practice", "email_domain": ""}}


def usergroups(call: Call) -> JSON:
    return {"usergroups": [group_json(group) for group in USER_GROUPS]}


METHODS: dict[str, Method] = {
    "users.info": info,
    "users.list": list_users,
    "users.profile.get": get_profile,
    "bots.info": bot_info,
    "team.info": team_info,
    "usergroups.list": usergroups,
}
