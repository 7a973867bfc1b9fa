"""files.*: the three-step upload, and looking files up."""

from __future__ import annotations

from escalation.practice.files import StoredFile
from escalation.practice.people import BOT_USER
from escalation.practice.refusal import JSON, Refused
from escalation.practice.web_api.call import Call, Method
from escalation.practice.workspace import Draft


def get_upload_url(call: Call) -> JSON:
    length = call.optional("length")
    if not length.isdigit():
        raise Refused("invalid_arguments", ["length must be a number"])
    stored = call.practice.files.announce(call.text("filename"), int(length), BOT_USER)
    return {"upload_url": f"{call.practice.base_url}/upload/{stored.upload_key}", "file_id": stored.id}


def complete_upload(call: Call) -> JSON:
    wanted = call.nested("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments", ["missing required field: files"])
    files = [call.practice.files.complete(str(one.get("id")), str(one.get("title") or "")) for one in wanted]
    shown = [stored.to_slack(call.practice.base_url) for stored in files]
    if call.optional("channel_id"):
        _share(call, shown)
    return {"files": shown}


def _share(call: Call, shown: list[JSON]) -> None:
    channel = call.workspace.channel(call.text("channel_id"))
    thread_ts = call.optional("thread_ts") or None
    draft = Draft(BOT_USER, call.optional("initial_comment"), thread_ts, more={"files": shown})
    call.workspace.post(channel, draft)


def info(call: Call) -> JSON:
    return {"file": _shared(call).to_slack(call.practice.base_url), "comments": []}


def _shared(call: Call) -> StoredFile:
    stored = call.practice.files.find(call.text("file"))
    if not stored.shared:
        raise Refused("file_not_found")
    return stored


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
}
