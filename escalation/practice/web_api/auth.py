"""auth.test, api.test and apps.connections.open."""

from __future__ import annotations

from escalation.practice.people import APP, BOT, BOT_USER, HANDRAISE, TEAM, TEAM_NAME
from escalation.practice.refusal import JSON, Refused
from escalation.practice.web_api.call import Call, Method


def auth_test(call: Call) -> JSON:
    return {
        "url": f"{call.practice.base_url}/",
        "team": TEAM_NAME,
        "user": HANDRAISE.key,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def api_test(call: Call) -> JSON:
    if call.optional("error"):
        raise Refused(call.optional("error"))
    return {"args": {name: value for name, value in call.arguments.items() if name != "token"}}


def open_connection(call: Call) -> JSON:
    address = call.practice.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={call.practice.socket.ticket()}&app_id={APP}"}


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "api.test": api_test,
    "apps.connections.open": open_connection,
}
