"""Shapes of texts, options and the elements that people act on."""

from __future__ import annotations

from typing import Any

from escalation.practice.blocks.shape import (
    Check,
    Objections,
    Shape,
    anything,
    array,
    flag,
    listed,
    number,
    objection,
    one_of_fields,
    string,
    typed,
    word,
)

ACTION_ID = string(255, 1)


def plain(most: int) -> Check:
    return typed({"plain_text": Shape({"text": string(most, 1), "emoji": flag}, ("text",))})


def any_text(most: int) -> Check:
    mrkdwn = Shape({"text": string(most, 1), "verbatim": flag}, ("text",))
    plain_text = Shape({"text": string(most, 1), "emoji": flag}, ("text",))
    return typed({"plain_text": plain_text, "mrkdwn": mrkdwn})


CONFIRM = Shape(
    {
        "title": plain(100),
        "text": any_text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": word("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def option(text: Check) -> Check:
    return Shape(
        {"text": text, "value": string(150, 1), "description": plain(75)},
        ("text", "value"),
    )


PLAIN_OPTION = option(plain(75))
RICH_OPTION = option(any_text(75))
OVERFLOW_OPTION = Shape(
    {"text": plain(75), "value": string(150, 1), "description": plain(75), "url": string(3000)},
    ("text", "value"),
)
GROUP = Shape({"label": plain(75), "options": array(PLAIN_OPTION, 100)}, ("label", "options"))


def _chosen_is_offered(value: Any, pointer: str) -> Objections:
    """An initial option must be one of the options, to the letter."""
    offered = listed(value.get("options"))
    for group in listed(value.get("option_groups")):
        offered += listed(group.get("options")) if isinstance(group, dict) else []
    chosen = [value["initial_option"]] if "initial_option" in value else listed(value.get("initial_options"))
    for one in chosen:
        if one not in offered:
            yield objection("initial option must match one of the options", pointer)


def _select(value: Any, pointer: str) -> Objections:
    yield from one_of_fields("options", "option_groups")(value, pointer)
    yield from _chosen_is_offered(value, pointer)


COMMON: dict[str, Check] = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": flag}
PLACEHOLDER: dict[str, Check] = {"placeholder": plain(150)}
STATIC: dict[str, Check] = {"options": array(PLAIN_OPTION, 100), "option_groups": array(GROUP, 100)}
MANY: dict[str, Check] = {"max_selected_items": number(1, 1000)}


def _text_input(**more: Check) -> Check:
    length: dict[str, Check] = {"min_length": number(0, 3000), "max_length": number(1, 3000)}
    fields: dict[str, Check] = {
        **COMMON,
        **PLACEHOLDER,
        "initial_value": string(3000),
        "dispatch_action_config": anything,
    }
    return Shape({**fields, **length, **more}, also=_lengths_agree)


def _lengths_agree(value: Any, pointer: str) -> Objections:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield objection("min_length must not exceed max_length", pointer)


FILE_INPUT = Shape({"action_id": ACTION_ID, "filetypes": array(string(100, 1), 100), "max_files": number(1, 10)})


def _picker(initial: str) -> Check:
    return Shape({**COMMON, **PLACEHOLDER, initial: string(255), "response_url_enabled": flag})


BUTTON = Shape(
    {
        "text": plain(75),
        "action_id": ACTION_ID,
        "url": string(3000),
        "value": string(2000),
        "style": word("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
    ("text",),
)
STATIC_SELECT = Shape({**COMMON, **PLACEHOLDER, **STATIC, "initial_option": PLAIN_OPTION}, also=_select)
EXTERNAL_SELECT = Shape({**COMMON, **PLACEHOLDER, "initial_option": PLAIN_OPTION, "min_query_length": number(0, 100)})
MULTI_STATIC = Shape(
    {**COMMON, **PLACEHOLDER, **STATIC, **MANY, "initial_options": array(PLAIN_OPTION, 100)}, also=_select
)
MULTI_EXTERNAL = Shape(
    {
        **COMMON,
        **PLACEHOLDER,
        **MANY,
        "initial_options": array(PLAIN_OPTION, 100),
        "min_query_length": number(0, 100),
    }
)
OVERFLOW = Shape({"action_id": ACTION_ID, "confirm": CONFIRM, "options": array(OVERFLOW_OPTION, 5)}, ("options",))
RADIO = Shape(
    {**COMMON, "options": array(RICH_OPTION, 10), "initial_option": RICH_OPTION},
    ("options",),
    _chosen_is_offered,
)
CHECKBOXES = Shape(
    {**COMMON, "options": array(RICH_OPTION, 10), "initial_options": array(RICH_OPTION, 10)},
    ("options",),
    _chosen_is_offered,
)
IMAGE_ELEMENT = Shape({"image_url": string(3000, 1), "alt_text": string(2000)}, ("image_url", "alt_text"))
NUMBER_FIELDS: dict[str, Check] = {"is_decimal_allowed": flag, "min_value": string(100), "max_value": string(100)}

MENUS: dict[str, Check] = {
    "static_select": STATIC_SELECT,
    "external_select": EXTERNAL_SELECT,
    "users_select": _picker("initial_user"),
    "conversations_select": _picker("initial_conversation"),
    "channels_select": _picker("initial_channel"),
    "datepicker": _picker("initial_date"),
    "timepicker": _picker("initial_time"),
    "radio_buttons": RADIO,
    "checkboxes": CHECKBOXES,
}
MULTI_MENUS: dict[str, Check] = {"multi_static_select": MULTI_STATIC, "multi_external_select": MULTI_EXTERNAL}
IN_ACTIONS: dict[str, Check] = {**MENUS, **MULTI_MENUS, "button": BUTTON, "overflow": OVERFLOW}
IN_SECTION: dict[str, Check] = {**IN_ACTIONS, "image": IMAGE_ELEMENT}
IN_INPUT: dict[str, Check] = {
    **MENUS,
    **MULTI_MENUS,
    "plain_text_input": _text_input(multiline=flag),
    "email_text_input": _text_input(),
    "url_text_input": _text_input(),
    "number_input": Shape(
        {**COMMON, **PLACEHOLDER, **NUMBER_FIELDS, "initial_value": string(100)}, ("is_decimal_allowed",)
    ),
}
IN_MODAL_INPUT: dict[str, Check] = {**IN_INPUT, "file_input": FILE_INPUT}
