"""The Web API, called with Slack's own client: as strict as Slack, in Slack's words."""

from __future__ import annotations

import re

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from escalation.practice.player import Play
from tests.practice.conftest import actions, button, mrkdwn
from tests.practice.server import PracticeServer, practice_server


def refused(call: object, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as problem:
        call(**arguments)  # type: ignore[operator]
    return str(problem.value.response["error"])


def test_the_bot_learns_who_it_is(slack: WebClient):
    answer = slack.auth_test()
    assert answer["user_id"] == "U0HANDRAISE"
    assert slack.bots_info(bot=answer["bot_id"])["bot"]["user_id"] == answer["user_id"]
    assert slack.team_info()["team"]["id"] == answer["team_id"]


def test_a_missing_a_wrong_and_a_wrong_kind_of_token_are_refused(practice: PracticeServer):
    url = practice.api_url
    assert refused(WebClient(token="xoxb-nonsense", base_url=url).auth_test) == "invalid_auth"
    assert refused(WebClient(token=practice.app_token, base_url=url).auth_test) == "not_allowed_token_type"
    assert httpx.post(f"{url}auth.test").json() == {"ok": False, "error": "not_authed"}


def test_an_unknown_method_is_unknown(slack: WebClient):
    assert refused(slack.api_call, api_method="chat.shout") == "unknown_method"


def test_a_message_and_its_thread_are_read_back_as_they_were_posted(slack: WebClient, practice: PracticeServer):
    root = slack.chat_postMessage(
        channel="#support", text="root", metadata={"event_type": "case", "event_payload": {"id": 7}}
    )
    reply = slack.chat_postMessage(channel=practice.channel, text="reply", thread_ts=root["ts"])
    thread = slack.conversations_replies(channel=practice.channel, ts=root["ts"], include_all_metadata=True)[
        "messages"
    ]
    assert [message["text"] for message in thread] == ["root", "reply"]
    assert thread[0]["metadata"]["event_payload"] == {"id": 7}
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (1, reply["ts"])
    assert thread[1]["thread_ts"] == root["ts"]


def test_metadata_is_kept_back_unless_it_is_asked_for(slack: WebClient, practice: PracticeServer):
    root = slack.chat_postMessage(channel="#support", text="x", metadata={"event_type": "case", "event_payload": {}})
    thread = slack.conversations_replies(channel=practice.channel, ts=root["ts"])["messages"]
    assert "metadata" not in thread[0]


def test_a_reply_to_a_reply_stands_in_the_same_thread(slack: WebClient, practice: PracticeServer):
    root = slack.chat_postMessage(channel="#support", text="root")
    reply = slack.chat_postMessage(channel="#support", text="reply", thread_ts=root["ts"])
    nested = slack.chat_postMessage(channel="#support", text="nested", thread_ts=reply["ts"])
    assert nested["message"]["thread_ts"] == root["ts"]


def test_a_reply_stands_in_the_channel_only_when_it_is_broadcast(slack: WebClient, practice: PracticeServer):
    root = slack.chat_postMessage(channel="#support", text="root")
    quiet = slack.chat_postMessage(channel="#support", text="quiet", thread_ts=root["ts"])
    loud = slack.chat_postMessage(channel="#support", text="loud", thread_ts=root["ts"], reply_broadcast=True)
    seen = [m["ts"] for m in slack.conversations_history(channel=practice.channel, oldest=root["ts"])["messages"]]
    assert loud["ts"] in seen and quiet["ts"] not in seen


def test_history_is_paged_newest_first(slack: WebClient, practice: PracticeServer):
    first = slack.chat_postMessage(channel="#support", text="1")["ts"]
    rest = [slack.chat_postMessage(channel="#support", text=str(n))["ts"] for n in (2, 3, 4)]
    seen: list[str] = []
    pages = slack.conversations_history(channel=practice.channel, oldest=first, inclusive=True, limit=3)
    for page in pages:
        seen += [message["ts"] for message in page["messages"]]
    assert seen == [*reversed(rest), first]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "#nowhere", "text": "x"}, "channel_not_found"),
        ({"channel": "#support", "text": " "}, "no_text"),
        ({"channel": "#support", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "#support-leads", "text": "x"}, "not_in_channel"),
        ({"channel": "#support", "text": "x", "thread_ts": "1700000000.000000"}, "thread_not_found"),
        ({"channel": "#support", "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": "#support", "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "#support", "text": "x", "metadata": {"event_type": "case"}}, "invalid_metadata_format"),
        ({"channel": "", "text": "x"}, "invalid_arguments"),
    ],
)
@pytest.mark.filterwarnings("ignore:The top-level `text`")
def test_a_bad_post_is_refused_with_slacks_own_code(slack: WebClient, arguments: dict[str, object], code: str):
    assert refused(slack.chat_postMessage, **arguments) == code


def test_an_archived_channel_takes_nothing(slack: WebClient, mina: Play):
    channel = mina.make_channel("archived", archived=True, bot=True)
    assert refused(slack.chat_postMessage, channel=channel, text="x") == "is_archived"
    assert refused(slack.conversations_join, channel=channel) == "is_archived"


def test_the_bot_joins_a_public_channel_and_then_may_post(slack: WebClient, mina: Play):
    channel = mina.make_channel("joinable", bot=False)
    assert refused(slack.chat_postMessage, channel=channel, text="x") == "not_in_channel"
    assert refused(slack.conversations_history, channel=channel) == "not_in_channel"
    slack.conversations_join(channel=channel)
    assert slack.chat_postMessage(channel=channel, text="x")["ok"]
    assert "U0HANDRAISE" in slack.conversations_members(channel=channel)["members"]


def test_a_private_channel_without_the_bot_does_not_exist_for_it(slack: WebClient, mina: Play):
    channel = mina.make_channel("private", private=True, bot=False)
    assert refused(slack.conversations_info, channel=channel) == "channel_not_found"


def test_the_app_edits_and_deletes_only_what_it_wrote(slack: WebClient, mina: Play, practice: PracticeServer):
    theirs, ours = mina.post("mine"), slack.chat_postMessage(channel="#support", text="ours")["ts"]
    channel = practice.channel
    assert refused(slack.chat_update, channel=channel, ts=theirs, text="x") == "cant_update_message"
    assert refused(slack.chat_delete, channel=channel, ts=theirs) == "cant_delete_message"
    slack.chat_update(channel=channel, ts=ours, text="edited")
    assert slack.conversations_replies(channel=channel, ts=ours)["messages"][0]["text"] == "edited"
    slack.chat_delete(channel=channel, ts=ours)
    assert refused(slack.chat_update, channel=channel, ts=ours, text="x") == "message_not_found"
    assert refused(slack.conversations_replies, channel=channel, ts=ours) == "thread_not_found"


def test_a_deleted_root_with_replies_leaves_a_tombstone(slack: WebClient, practice: PracticeServer):
    root = slack.chat_postMessage(channel="#support", text="root")["ts"]
    slack.chat_postMessage(channel="#support", text="reply", thread_ts=root)
    slack.chat_delete(channel=practice.channel, ts=root)
    thread = slack.conversations_replies(channel=practice.channel, ts=root)["messages"]
    assert (thread[0]["subtype"], thread[1]["text"]) == ("tombstone", "reply")
    assert refused(slack.chat_update, channel=practice.channel, ts=root, text="x") == "message_not_found"


def test_an_update_of_the_text_alone_takes_the_blocks_away(slack: WebClient, practice: PracticeServer):
    ts = slack.chat_postMessage(channel="#support", text="x", blocks=[actions(button("a"))])["ts"]
    slack.chat_update(channel=practice.channel, ts=ts, text="plain now")
    assert "blocks" not in slack.conversations_replies(channel=practice.channel, ts=ts)["messages"][0]


def test_a_reaction_is_added_once_and_removed_once(slack: WebClient, practice: PracticeServer):
    ts = slack.chat_postMessage(channel="#support", text="x")["ts"]
    where = {"channel": practice.channel, "timestamp": ts}
    slack.reactions_add(name="eyes", **where)
    assert refused(slack.reactions_add, name="eyes", **where) == "already_reacted"
    assert slack.reactions_get(**where)["message"]["reactions"] == [
        {"name": "eyes", "users": ["U0HANDRAISE"], "count": 1}
    ]
    slack.reactions_remove(name="eyes", **where)
    assert refused(slack.reactions_remove, name="eyes", **where) == "no_reaction"
    assert refused(slack.reactions_add, name="no_such_emoji", **where) == "invalid_name"


def test_an_ephemeral_message_is_seen_by_one_person_and_found_by_nobody(
    slack: WebClient, practice: PracticeServer, mina: Play
):
    ts = slack.chat_postEphemeral(channel=practice.channel, user="U0MINAOKAFO", text="psst")["message_ts"]
    assert any(m["ts"] == ts and m["ephemeral"] for m in mina.messages())
    with practice.play("jonas") as jonas:
        assert not any(m["ts"] == ts for m in jonas.messages())
    assert refused(slack.chat_update, channel=practice.channel, ts=ts, text="x") == "message_not_found"
    assert (
        refused(slack.chat_postEphemeral, channel=practice.channel, user="U0NOBODY", text="x")
        == "user_not_in_channel"
    )


def test_people_have_names_and_pictures(slack: WebClient, practice: PracticeServer):
    mina = slack.users_info(user="U0MINAOKAFO")["user"]
    assert (mina["real_name"], mina["profile"]["display_name"]) == ("Mina Okafor", "Mina")
    picture = httpx.get(mina["profile"]["image_48"])
    assert picture.headers["content-type"].startswith("image/png")
    assert refused(slack.users_info, user="U0NOBODY") == "user_not_found"
    assert len(slack.users_list()["members"]) == 4


def test_a_permalink_leads_to_the_page_at_the_thread(slack: WebClient, practice: PracticeServer):
    ts = slack.chat_postMessage(channel="#support", text="x")["ts"]
    link = slack.chat_getPermalink(channel=practice.channel, message_ts=ts)["permalink"]
    assert re.search(r"/archives/C0SUPPORT01/p\d{16}$", link)
    assert f"thread={ts}" in httpx.get(link).headers["location"]


def test_a_file_goes_up_in_three_steps_and_down_with_the_token(
    slack: WebClient, practice: PracticeServer, mina: Play
):
    root = slack.chat_postMessage(channel="#support", text="root")["ts"]
    slack.files_upload_v2(
        channel=practice.channel, thread_ts=root, filename="pole.txt", content="snapped", initial_comment="see"
    )
    shared = mina.thread(root)[-1]["files"][0]
    with_token = {"Authorization": f"Bearer {practice.bot_token}"}
    assert httpx.get(shared["url_private"], headers=with_token).text == "snapped"
    assert httpx.get(shared["url_private"]).status_code == 302
    assert slack.files_info(file=shared["id"])["file"]["name"] == "pole.txt"
    assert refused(slack.files_info, file="F0NOTHING") == "file_not_found"


def test_a_channel_takes_a_burst_and_is_then_told_to_wait():
    with practice_server() as server:
        headers = {"Authorization": f"Bearer {server.bot_token}"}
        message = {"channel": server.channel, "text": "x"}
        answers = [httpx.post(f"{server.api_url}chat.postMessage", headers=headers, json=message) for _ in range(30)]
        assert answers[0].status_code == 200
        held_back = next(answer for answer in answers if answer.status_code == 429)
        assert held_back.headers["retry-after"] == "1"
        assert held_back.json()["error"] == "ratelimited"
        assert server.client().conversations_info(channel=server.channel)["ok"], "other methods are not held back"


def test_what_is_wrong_with_blocks_is_said_with_the_place(slack: WebClient):
    with pytest.raises(SlackApiError) as problem:
        slack.chat_postMessage(channel="#support", text="x", blocks=[{"type": "section", "text": mrkdwn("x" * 3001)}])
    assert problem.value.response["error"] == "invalid_blocks"
    expected = "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert problem.value.response["response_metadata"]["messages"] == [expected]
