"""`init` and `replay`: what is wrong in a file is said with its line, and nothing is half written."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from sqlmodel import select

import escalation
from bot.cli.workplace import enter
from escalation.finding import keep_found
from escalation.handover import hear, open_case
from escalation.store.conversation import conversation_of
from escalation.store.inbox import Incoming
from escalation.store.outbox import Outgoing
from labeling.clock import now
from labeling.examples import read_rows
from labeling.store.correction import Correction
from labeling.store.review import Review
from tests.cli.conftest import EXAMPLES, handraise

SCHEMA = Path(escalation.__file__).parent / "transcript.schema.json"
GOOD = "text,intent\n" + "".join(
    f"{text} {number},{intent}\n"
    for text, intent in (("when do you open", "opening_hours"), ("send it back", "returns"))
    for number in range(6)
)


def write(folder: Path, content: str | bytes, name: str = "labelled.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("message,topic\nhello,greet\n", "line 1: needs the columns text and intent"),
        ("text,intent\nhello,greet\ngood bye,\n", "line 3: has no intent"),
        ("text,intent\nhello,greet\nTschüß,bye\n".encode("latin-1"), "line 3: is not UTF-8"),
        ("text,intent\n", "holds no labelled messages"),
        ("", "is empty"),
        ("text,intent\nhello,???\n", "???"),
        ("text,intent\nhello,card payment\nhi,card-payment\n", "card-payment"),
        ("text,intent\nhello,escalate\n", "escalate"),
    ],
)
def test_labelled_messages_that_cannot_be_used_are_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    refusal = handraise("init", tmp_path / "shop", "--examples", write(tmp_path, content)).refusal
    assert said in refusal
    assert not (tmp_path / "shop").exists()


def test_every_message_without_an_intent_is_listed(tmp_path: Path) -> None:
    said = handraise("init", tmp_path / "shop", "--examples", write(tmp_path, "text,intent\na,\nb,\nc,x\n"))
    assert said.code == 1
    assert [line.split(":")[-1] for line in said.err.strip().splitlines()] == [
        " has no intent; give it one, or delete it"
    ] * 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path, project: Path) -> None:
    assert "no such file" in handraise("init", tmp_path / "shop", "--examples", tmp_path / "no.csv").refusal
    assert "no such file" in handraise("replay", tmp_path / "no.csv", "--project", project).refusal


def test_a_project_is_not_made_over_another(tmp_path: Path, project: Path) -> None:
    before = (project / "config.yml").read_text(encoding="utf-8")
    refusal = handraise("init", project, "--examples", write(tmp_path, GOOD)).refusal
    assert "holds a project already" in refusal
    assert (project / "config.yml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", [".gitignore", "domain.yml", "data/rules.yml"])
def test_what_stands_in_a_folder_is_not_replaced_but_named(tmp_path: Path, name: str) -> None:
    mine = tmp_path / "shop" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    refusal = handraise("init", tmp_path / "shop", "--examples", write(tmp_path, GOOD)).refusal
    assert f"has {name} already" in refusal
    assert [file for file in (tmp_path / "shop").rglob("*") if file.is_file()] == [mine]
    assert mine.read_text(encoding="utf-8") == "mine"


def test_init_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    refusal = handraise("init", "/proc/shop", "--examples", write(tmp_path, GOOD)).refusal
    assert "cannot write /proc/shop" in refusal


def test_init_with_few_examples_makes_a_project_too(tmp_path: Path) -> None:
    few = write(tmp_path, "text,intent\nwhen do you open,opening_hours\nsend it back,returns\n")
    assert handraise("init", tmp_path / "shop", "--examples", few).code == 0
    assert handraise("status", "--project", tmp_path / "shop").code == 0


def test_init_makes_a_project_whose_status_can_be_asked(tmp_path: Path) -> None:
    made = handraise("init", tmp_path / "shop", "--examples", write(tmp_path, GOOD))
    assert made.code == 0, made.err
    assert "handraise demo" in made.out
    status = handraise("status", "--project", tmp_path / "shop")
    assert status.code == 0, status.err
    assert "No intent model is live yet" in status.out
    assert "Corrections waiting for a trainer: 0." in status.out
    assert "Promise of routine, 95%: Cannot say yet: 72 more audits are needed at least" in status.out
    assert "Traffic: not compared yet" in status.out


def test_a_label_and_a_folder_are_never_taken_for_markup(tmp_path: Path) -> None:
    made = handraise("init", tmp_path / "[b]", "--examples", write(tmp_path, GOOD + "hello,card [/]\n"))
    assert made.code == 0, made.err
    assert "the only example of card [/]" in made.err
    assert f"{tmp_path}/[b] is a project now" in made.out.replace("\n", "")


def test_status_says_why_slack_has_not_been_told_and_what_to_do(project: Path) -> None:
    database = enter(project).database
    why = "The bot is not in the channel: type /invite @Handraise there. (not_in_channel)"
    with database.transaction() as session:
        conversation = conversation_of(session, "webchat", "c1")
        case = open_case(session, conversation, "Unsure.")
        session.exec(select(Outgoing).where(Outgoing.case_id == case.id)).one().error = why
        session.add(Incoming(key="k", kind="reply", payload={}, error="KeyError", done_at=now()))
    database.close()
    status = handraise("status", "--project", project)
    assert "Not yet told to Slack: 1 errands." in status.out
    assert why in status.out
    assert "What agents did and the desk could not take in: 1" in status.out


def test_replay_without_a_bot_says_so(tmp_path: Path, project: Path) -> None:
    messages = write(tmp_path, GOOD)
    refusal = handraise("replay", messages, "--project", project, "--bot", "http://127.0.0.1:1").refusal
    assert "cannot reach the bot at http://127.0.0.1:1" in refusal


@pytest.mark.parametrize("workspace", ["nonsense", "http://127.0.0.1:2"])
def test_replay_without_a_practice_workspace_says_so(tmp_path: Path, project: Path, workspace: str) -> None:
    messages = write(tmp_path, GOOD)
    here = ("--project", project, "--bot", "http://127.0.0.1:1", "--practice", workspace)
    assert workspace in handraise("replay", messages, *here).refusal


def test_replay_of_nothing_counts_nothing(tmp_path: Path, project: Path) -> None:
    said = handraise("replay", write(tmp_path, "text,intent\n"), "--project", project, "--json")
    assert said.code == 0, said.err
    assert '"messages": 0' in said.out


@pytest.mark.parametrize("bot", ["nonsense", "http://127.0.0.1:{practice}"])
def test_replay_against_what_is_no_bot_says_so(tmp_path: Path, project: Path, practice: int, bot: str) -> None:
    address = bot.format(practice=practice)
    refusal = handraise("replay", write(tmp_path, GOOD), "--project", project, "--bot", address).refusal
    assert address in refusal


@pytest.mark.parametrize("name", ["labelled.csv", "labelled.yml"])
def test_corrected_intents_go_out_as_training_data(project: Path, tmp_path: Path, name: str) -> None:
    database = enter(project).database
    with database.transaction() as session:
        turn = keep_found(session, "C1", "1.0", 'send it back, "please" & <now>')
        correction = Correction(
            turn_id=turn.id, kind="intent", intent="returns", person_id="U1", person_name="Mina", source="slack"
        )
        session.add_all([correction, Review(turn_id=turn.id, decision="accepted", intent="returns", trainer="Tom")])
    database.close()
    said = handraise("export", tmp_path / name, "--project", project)
    assert (said.code, said.err) == (0, "")
    assert "1 of them labels" in said.out
    rows = {(row.text, row.intent) for row in read_rows(tmp_path / name)}
    assert ('send it back, "please" & <now>', "returns") in rows
    assert rows & {(example.text, example.intent) for example in EXAMPLES}


def test_where_nothing_can_be_written_export_says_so(project: Path, tmp_path: Path) -> None:
    assert "cannot be written" in handraise("export", tmp_path / "no" / "where.csv", "--project", project).refusal


def test_a_case_comes_out_as_json_and_one_that_is_none_is_named(project: Path) -> None:
    database = enter(project).database
    with database.transaction() as session:
        conversation = conversation_of(session, "webchat", "c1")
        hear(session, conversation, "Größe 42 & <mehr>?", None)
        case = open_case(session, conversation, "Unsure.")
    database.close()
    said = handraise("transcript", str(case.id), "--project", project)
    assert (said.code, said.err) == (0, "")
    assert "Größe 42 & <mehr>?" in said.out
    jsonschema.validate(json.loads(said.out), json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert "17" in handraise("transcript", "17", "--project", project).refusal
