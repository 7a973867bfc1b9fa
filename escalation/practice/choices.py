"""What people type and choose in Block Kit elements, in the shape of a payload's `state.values`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from escalation.practice.refusal import JSON

Values = dict[str, dict[str, JSON]]
TEXTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
ONE_OPTION = ("static_select", "external_select", "radio_buttons")
FILES = "file_input"
MOST_FILES = 10
MANY_OPTIONS = ("checkboxes", "multi_static_select", "multi_external_select")
ONE_ID = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
INITIAL_ID = {name: name.replace("selected_", "initial_") for name in ONE_ID.values()}


def interactive(blocks: list[JSON]) -> Iterator[tuple[JSON, JSON]]:
    """Every (block, element) that a person can act on."""
    for block in blocks:
        elements = block.get("elements", []) if block["type"] == "actions" else []
        for element in (*elements, block.get("accessory"), block.get("element")):
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def find(blocks: list[JSON], block_id: str | None, action_id: str) -> tuple[JSON, JSON] | None:
    for block, element in interactive(blocks):
        if element["action_id"] == action_id and block_id in (None, "", block["block_id"]):
            return block, element
    return None


def options_of(element: JSON) -> list[JSON]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return list(element.get("options", [])) + grouped


def initial(blocks: list[JSON]) -> Values:
    """What the elements hold before anybody touches them. Buttons and overflow menus hold nothing."""
    values: Values = {}
    for block, element in interactive(blocks):
        state = _initial(element)
        if state is not None:
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def carried_over(blocks: list[JSON], entered: Values) -> Values:
    """What new blocks hold: what was entered stays where block and action keep their ids."""
    values = initial(blocks)
    for block_id, actions in values.items():
        for action_id, state in actions.items():
            kept = entered.get(block_id, {}).get(action_id, {})
            if kept.get("type") == state["type"]:
                actions[action_id] = kept
    return values


def _initial(element: JSON) -> JSON | None:
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind == FILES:
        return {"type": kind, "files": []}
    if kind in ONE_ID:
        name = ONE_ID[kind]
        return {"type": kind, name: element.get(INITIAL_ID[name])}
    return None


class UnknownOption(Exception):
    """Nobody offered this option. Choose one that the element, or the app's suggestions, hold."""


def chosen(element: JSON, raw: Any, offered: list[JSON]) -> JSON:
    """The element's state when a person entered `raw`: a text, an option's value, or a list of values.

    `offered` are the options an app suggested, or the files that were chosen. Raises UnknownOption.
    """
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": str(raw) if raw not in (None, "") else None}
    if kind in ONE_OPTION or kind == "overflow":
        return {"type": kind, "selected_option": _option(element, raw, offered)}
    if kind in MANY_OPTIONS:
        values = raw if isinstance(raw, list) else [raw] if raw else []
        return {"type": kind, "selected_options": [_option(element, one, offered) for one in values]}
    if kind == FILES:
        return {"type": kind, "files": offered}
    if kind in ONE_ID:
        return {"type": kind, ONE_ID[kind]: raw or None}
    return {"type": kind, "value": element.get("value", "")}


def _option(element: JSON, raw: Any, offered: list[JSON]) -> JSON | None:
    if raw in (None, ""):
        return None
    held = [element["initial_option"]] if "initial_option" in element else []
    for option in options_of(element) + offered + held + element.get("initial_options", []):
        if option.get("value") == raw:
            found: JSON = option
            return found
    raise UnknownOption(str(raw))


def action(block: JSON, element: JSON, state: JSON, ts: str) -> JSON:
    """One entry of a block_actions payload's `actions`."""
    body: JSON = {"action_id": element["action_id"], "block_id": block["block_id"], **state}
    if element["type"] == "button":
        body["text"] = element["text"]
        for name in ("style", "url"):
            if name in element:
                body[name] = element[name]
        if "value" not in element:
            body.pop("value", None)
    if "placeholder" in element:
        body["placeholder"] = element["placeholder"]
    return {**body, "action_ts": ts}


def problems(blocks: list[JSON], values: Values) -> dict[str, str]:
    """What Slack's own client refuses before a modal is sent: block_id → sentence."""
    found = {}
    for block, element in interactive(blocks):
        state = values.get(block["block_id"], {}).get(element["action_id"], {})
        sentence = _problem(block, element, state) if block["type"] == "input" else ""
        if sentence:
            found[block["block_id"]] = sentence
    return found


def _problem(block: JSON, element: JSON, state: JSON) -> str:
    content = next((value for name, value in state.items() if name != "type"), None)
    if not content:
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"] == FILES:
        return _problem_of_files(element, content)
    if element["type"] not in TEXTS:
        return ""
    if len(content) < element.get("min_length", 0):
        return f"Please write at least {element['min_length']} characters."
    if len(content) > element.get("max_length", 3000):
        return f"Please write at most {element.get('max_length', 3000)} characters."
    return ""


def _problem_of_files(element: JSON, files: list[JSON]) -> str:
    most, endings = element.get("max_files", MOST_FILES), element.get("filetypes")
    if len(files) > most:
        return f"Please choose at most {most} files."
    wrong = [file["name"] for file in files if endings and file["filetype"] not in endings]
    return f"This kind of file is not accepted here: {', '.join(wrong)}" if wrong else ""
