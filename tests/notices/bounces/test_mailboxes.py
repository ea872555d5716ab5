"""Files, folders, maildirs and mboxes, and the command that reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.bounces import app
from notices.bounces import mailboxes
from notices.bounces.mailboxes import PathNotReadable

ONE = b"From: a@b.example\nSubject: one\n\nFrom here on it is text.\n"
TWO = b"From: a@b.example\nSubject: two\n\nbody\n"
ENVELOPE = b"From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n"


def names(*paths: Path) -> list[str]:
    return [Path(name).name for name, _ in mailboxes.messages(list(paths))]


def test_an_mbox_gives_each_message_once(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(ENVELOPE + ONE + b"\n" + ENVELOPE + TWO + b"\n")
    found = list(mailboxes.messages([box]))
    assert [name for name, _ in found] == [f"{box}#1", f"{box}#2"]
    assert [b"Subject: one" in found[0][1], b"Subject: two" in found[1][1]] == [True, True]


def test_a_single_message_with_an_mbox_line_is_one_message(tmp_path: Path) -> None:
    file = tmp_path / "m.eml"
    file.write_bytes(ENVELOPE + ONE)
    assert names(file) == ["m.eml"]


def test_a_maildir_leaves_out_what_is_not_whole(tmp_path: Path) -> None:
    for folder in ("tmp", "new", "cur"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"in-{folder}").write_bytes(ONE)
    assert names(tmp_path) == ["in-cur", "in-new"]


def test_folders_are_read_through_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.eml", "a.eml", ".hidden"):
        (tmp_path / name).write_bytes(ONE)
    assert names(tmp_path) == ["a.eml", "2.eml"]


def test_a_missing_path_is_said_by_name(tmp_path: Path) -> None:
    with pytest.raises(PathNotReadable, match="there is no such file"):
        list(mailboxes.messages([tmp_path / "nowhere"]))


def test_an_empty_file_is_a_message_that_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    result = CliRunner().invoke(app, ["read", str(tmp_path)])
    assert json.loads(result.output)["kind"] == "not-a-report"


def test_the_command_prints_one_object_a_message() -> None:
    data = Path(__file__).parent / "data"
    result = CliRunner().invoke(app, ["read", str(data / "dsn-mixed.eml"), str(data / "other-parcel.eml")])
    assert result.exit_code == 0
    first, second = map(json.loads, result.output.splitlines())
    assert first == {
        "file": str(data / "dsn-mixed.eml"),
        "kind": "bounce",
        "recipients": [
            {"address": "joe@x.example", "status": "5.1.1", "reply": "550", "class": "hard"},
            {"address": "ann@x.example", "status": "5.2.2", "reply": "552", "class": "soft"},
        ],
    }
    assert second["kind"] == "not-a-report"
    assert second["recipients"] == []
