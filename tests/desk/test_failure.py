"""What is done when Slack refuses something."""

from __future__ import annotations

import pytest

from escalation.slack.failure import OPERATOR, Later, Never, judge, unreachable


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
    assert judge("msg_too_long", 200, {}, 1) == Never("Slack refused it: msg_too_long.")
