"""Block Kit as Slack takes it, checked against Slack's own schema where that is at hand."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, HeaderBlock, SectionBlock

from escalation.practice.blocks.block import message_objections
from escalation.practice.blocks.view import objections
from tests.practice.conftest import actions, button, file_field, modal, mrkdwn, plain, text_field
from tests.shared import slacks


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": plain(f"intent {n}"), "value": f"i{n}"} for n in range(count)]


def static(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": options(3), **more}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("hello"), **more}


ACCEPTED: dict[str, list[dict[str, Any]]] = {
    "nothing": [],
    "a section at its limit": [{"type": "section", "text": mrkdwn("x" * 3000)}],
    "fields": [{"type": "section", "fields": [mrkdwn("*a*"), plain("b")]}],
    "fifty blocks": [{"type": "divider"} for _ in range(50)],
    "twenty-five buttons": [actions(*(button(f"b{n}") for n in range(25)))],
    "a menu of a hundred": [actions(static(options=options(100)))],
    "groups": [
        actions(
            {
                "type": "static_select",
                "action_id": "s",
                "option_groups": [{"label": plain("a"), "options": options(2)}],
            }
        )
    ],
    "a searched menu": [actions({"type": "external_select", "action_id": "e", "min_query_length": 0})],
    "radio and checkboxes": [
        actions({"type": "radio_buttons", "action_id": "r", "options": options(2)}),
        actions({"type": "checkboxes", "action_id": "c", "options": options(2)}),
    ],
    "an overflow menu": [section(accessory={"type": "overflow", "action_id": "o", "options": options(5)})],
    "a picture": [{"type": "image", "image_url": "https://larkfell.example/a.png", "alt_text": "a tent"}],
    "context": [
        {
            "type": "context",
            "elements": [mrkdwn("x"), {"type": "image", "image_url": "https://a.example/b", "alt_text": "b"}],
        }
    ],
    "a confirmed button": [
        actions(
            button(
                "b",
                style="danger",
                confirm={
                    "title": plain("Sure?"),
                    "text": mrkdwn("*Really*"),
                    "confirm": plain("Yes"),
                    "deny": plain("No"),
                },
            )
        )
    ],
    "the same action in two blocks": [actions(button("b"), block_id="1"), actions(button("b"), block_id="2")],
}

REFUSED_BY_SHAPE: dict[str, tuple[Any, str]] = {
    "not a list": ({"type": "divider"}, "must provide an array"),
    "an unknown block": ([{"type": "marquee"}], "unsupported type: marquee"),
    "a header in mrkdwn": ([{"type": "header", "text": mrkdwn("x")}], "unsupported type: mrkdwn"),
    "a button in mrkdwn": ([actions({**button("b"), "text": mrkdwn("x")})], "unsupported type: mrkdwn"),
    "a button without text": ([actions({"type": "button", "action_id": "b"})], "missing required field: text"),
    "a raw string for a text": ([{"type": "section", "text": "x"}], "must provide an object"),
    "a stranger": ([section(colour="red")], "invalid additional property: colour"),
    "an unknown style": ([actions(button("b", style="loud"))], "must be a valid enum value"),
    "an image without alt text": (
        [{"type": "image", "image_url": "https://a.example/b"}],
        "missing required field: alt_text",
    ),
    "an input in actions": (
        [actions({"type": "plain_text_input", "action_id": "p"})],
        "unsupported type: plain_text_input",
    ),
}

REFUSED_BY_LIMIT: dict[str, tuple[Any, str]] = {
    "a long section": ([{"type": "section", "text": mrkdwn("x" * 3001)}], "must be less than 3001 characters"),
    "an empty text": ([{"type": "section", "text": mrkdwn("")}], "must be more than 0 characters"),
    "a section that says nothing": ([{"type": "section"}], "missing required field: text"),
    "fifty-one blocks": ([{"type": "divider"} for _ in range(51)], "no more than 50 items allowed"),
    "twenty-six buttons": ([actions(*(button(f"b{n}") for n in range(26)))], "no more than 25 items allowed"),
    "a hundred and one options": ([actions(static(options=options(101)))], "no more than 100 items allowed"),
    "no options": ([actions(static(options=[]))], "no fewer than 1 items allowed"),
    "options and groups": (
        [actions(static(option_groups=[{"label": plain("a"), "options": options(1)}]))],
        "must provide exactly one of",
    ),
    "a long option": (
        [actions(static(options=[{"text": plain("x" * 76), "value": "v"}]))],
        "must be less than 76 characters",
    ),
    "a long value": (
        [actions(static(options=[{"text": plain("x"), "value": "v" * 151}]))],
        "must be less than 151 characters",
    ),
    "a long button": ([actions({**button("b"), "text": plain("x" * 76)})], "must be less than 76 characters"),
    "a long header": ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    "a chosen option that is not offered": (
        [actions(static(initial_option={"text": plain("z"), "value": "z"}))],
        "initial option must match",
    ),
    "the same block twice": ([section(block_id="a"), section(block_id="a")], "`block_id` already exists: a"),
    "the same action twice in a block": ([actions(button("b"), button("b"))], "`action_id` already exists: b"),
    "eleven fields": ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items allowed"),
}
REFUSED = {**REFUSED_BY_SHAPE, **REFUSED_BY_LIMIT}


@pytest.mark.parametrize("blocks", ACCEPTED.values(), ids=ACCEPTED)
def test_what_slack_takes_is_taken(blocks: list[dict[str, Any]]):
    assert message_objections(blocks) == []


@pytest.mark.parametrize("blocks", ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_taken_fits_slacks_own_schema(blocks: list[dict[str, Any]]):
    jsonschema.validate(blocks, slacks("blocks.schema"))


@pytest.mark.parametrize(("blocks", "words"), REFUSED.values(), ids=REFUSED)
def test_what_slack_refuses_is_refused(blocks: Any, words: str):
    assert any(words in found for found in message_objections(blocks))


@pytest.mark.parametrize(("blocks", "words"), REFUSED_BY_SHAPE.values(), ids=REFUSED_BY_SHAPE)
def test_what_has_the_wrong_shape_is_refused_by_slacks_schema_too(blocks: Any, words: str):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(blocks, slacks("blocks.schema"))


def test_what_slacks_own_models_build_is_taken():
    built = [
        HeaderBlock(text="A case"),
        SectionBlock(text="*Anna* asks"),
        ActionsBlock(elements=[ButtonElement(text="Claim", action_id="claim", value="1", style="primary")]),
    ]
    assert message_objections([block.to_dict() for block in built]) == []


def test_a_modal_and_a_home_fit_slacks_own_schemas():
    view = modal(text_field("b", "why"), callback_id="c", private_metadata="{}")
    home = {"type": "home", "blocks": [section(), actions(button("b"))]}
    assert objections(view, "modal") == [] and objections(home, "home") == []
    jsonschema.validate(view, slacks("modal.schema"))
    jsonschema.validate(home, slacks("home.schema"))


def test_files_are_entered_in_modals_alone():
    field = file_field("b", "f", filetypes=["png"], max_files=10)
    assert objections(modal(field), "modal") == []
    jsonschema.validate(modal(field), slacks("modal.schema"))
    assert any("unsupported type: file_input" in found for found in message_objections([field]))
    assert objections({"type": "home", "blocks": [field]}, "home")


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (modal(file_field("b", "f", max_files=11)), "must be between 1 and 10"),
        (modal(title=plain("x" * 25)), "must be less than 25 characters"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters"),
        (modal(*({"type": "divider"} for _ in range(101))), "no more than 100 items allowed"),
        ({k: v for k, v in modal(text_field("b", "a")).items() if k != "submit"}, "missing required field: submit"),
        ({"type": "modal", "blocks": []}, "missing required field: title"),
        ({"type": "home", "blocks": []}, "must be of type modal"),
        ("modal", "must provide an object"),
    ],
)
def test_a_modal_that_slack_would_not_open_is_refused(view: Any, words: str):
    assert any(words in found for found in objections(view, "modal"))


WORDS = st.sampled_from(
    ["type", "text", "elements", "options", "option_groups", "block_id", "blocks", "initial_option"]
)
KINDS = st.sampled_from(
    ["section", "actions", "plain_text", "static_select", "checkboxes", "input", "modal", "rich_text"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | KINDS
NONSENSE = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)


@settings(max_examples=300)
@given(NONSENSE)
def test_nonsense_is_refused_and_never_breaks_the_check(nonsense: Any):
    for found in (
        message_objections(nonsense),
        objections(nonsense, "modal"),
        objections({"type": "home", "blocks": nonsense}, "home"),
    ):
        assert all(isinstance(words, str) for words in found)


@pytest.mark.parametrize("wrong", [5, "x", None, [[]], [5], {}])
@pytest.mark.parametrize("field", ["options", "option_groups", "initial_option", "initial_options", "confirm"])
def test_a_menu_with_a_field_of_the_wrong_kind_is_refused(field: str, wrong: Any):
    menu = {"type": "static_select", "action_id": "s", "options": options(1), field: wrong}
    assert message_objections([actions(menu)])


@pytest.mark.parametrize("wrong", [5, "x", None, [[]], [5], {}])
def test_a_list_of_blocks_of_the_wrong_kind_is_refused(wrong: Any):
    assert message_objections(wrong)
    assert message_objections([{"type": "divider", "block_id": [wrong]}, {"type": "actions", "elements": wrong}])
    assert objections({"type": "modal", "title": plain("x"), "blocks": wrong}, "modal")
