"""What is done when Slack refuses something."""

from __future__ import annotations

import pytest

from escalation.slack.errand import GONE, NOTHING_TO_DO
from escalation.slack.failure import GIVEN_UP, LIMITED, OPERATOR, PASSING, Later, Never, judge, unreachable
from tests.desk.test_manifest import SCOPES
from tests.shared import slacks


@pytest.mark.parametrize("code", sorted(OPERATOR))
def test_what_an_operator_can_mend_is_kept_and_told_in_a_sentence(code: str) -> None:
    verdict = judge(code, 200, {}, 1)
    assert isinstance(verdict, Later)
    assert verdict.for_operator
    assert verdict.why.endswith(f"({code})")


def test_a_missing_permission_for_one_call_lets_the_others_go_on() -> None:
    verdict = judge("missing_scope", 200, {}, 1)
    assert isinstance(verdict, Later)
    assert not verdict.whole_channel


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), (["3"], 3.0), ("soon", 1.0), ("-2", 1.0), (None, 1.0)])
def test_slacks_own_pause_is_kept_to_the_second(header: object, seconds: float) -> None:
    headers = {} if header is None else {"Retry-After": header}
    verdict = judge("ratelimited", 429, headers, 1)
    assert verdict == Later(seconds, "Slack asked for a pause.", whole_channel=True)


def test_faults_that_pass_are_tried_again_ever_more_patiently() -> None:
    waits = [judge("internal_error", 500, {}, attempts) for attempts in range(1, 12)]
    seconds = [wait.seconds for wait in waits if isinstance(wait, Later)]
    assert seconds == sorted(seconds)
    assert len(seconds) == 11
    assert seconds[-1] == 60
    assert unreachable(50).seconds == 60


def test_what_is_wrong_with_one_message_alone_is_given_up_with_its_reason() -> None:
    verdict = judge("msg_too_long", 200, {}, 1)
    assert isinstance(verdict, Never)
    assert verdict.why.startswith("Slack refused it: msg_too_long. This is a fault of Handraise: please report it.")


def test_a_channel_that_only_some_may_write_to_is_a_matter_for_an_administrator() -> None:
    verdict = judge("restricted_action_read_only_channel", 200, {}, 1)
    assert isinstance(verdict, Later)
    assert "ask an administrator" in verdict.why


@pytest.mark.parametrize("code", sorted(GIVEN_UP))
def test_what_a_workspaces_own_rules_forbid_holds_nothing_up_and_is_told_in_a_sentence(code: str) -> None:
    verdict = judge(code, 200, {}, 1)
    assert isinstance(verdict, Never)
    assert "fault of Handraise" not in verdict.why
    assert verdict.why.endswith(f"({code})")


OUR_OWN_FAULT = {
    "bad_timestamp", "file_comment_not_found", "file_not_found", "invalid_arg_name", "invalid_array_arg",
    "invalid_charset", "invalid_cursor", "invalid_form_data", "invalid_json", "invalid_name", "invalid_post_type",
    "invalid_ts_latest", "invalid_ts_oldest", "json_not_object", "limit_required", "missing_charset",
    "missing_post_type", "msg_too_long", "no_item_specified", "no_text", "superfluous_charset",
    "too_many_attachments",
}  # fmt: skip
"""What Slack answers to a call that was made wrongly; no workspace can bring it about."""
ABOUT_PEOPLE = {"user_is_bot", "user_is_restricted", "user_not_found", "user_not_visible", "upgrade_require"}
"""Of `users.info` and `usergroups.list`: a name stays unknown, or the start is refused."""


def listed_errors() -> set[str]:
    paths = slacks("web-api.openapi")["paths"]
    used = [paths.get("/" + method.replace("_", "."), {}) for method in SCOPES]
    answers = [described["responses"]["default"].get("schema", {}) for path in used for described in path.values()]
    return {code for one in answers for code in one.get("properties", {}).get("error", {}).get("enum", [])}


def test_every_error_that_slack_lists_for_the_methods_in_use_has_been_thought_of() -> None:
    for_somebody = OPERATOR.keys() | GIVEN_UP.keys() | PASSING | LIMITED | GONE | NOTHING_TO_DO | {"thread_not_found"}
    assert listed_errors() - for_somebody - OUR_OWN_FAULT - ABOUT_PEOPLE == set()
