"""A list that came through the console is imported with what its sender said, once, and the upload is forgotten."""

import io

import pytest

from casefile import database, errors, sources, uploads
from casefile import settings as settings_module
from flows import import_lists

LIST = b"First Name,Last Name,Address,City,State,Zip,Store\nAnn,Sample,1 Oak St,Provo,UT,84601,Blue Kettle Teas\n"


@pytest.fixture
def upload(settings, monkeypatch):
    monkeypatch.setattr(settings_module, "load", lambda: settings)
    said = {
        "kind": "disclosure_list",
        "producer": "Broker",
        "marketer": "Marketer",
        "protective_order_number": "",
        "docket_number": "",
    }
    return uploads.keep(settings, name="..\\..\\shoppers.csv", content=io.BytesIO(LIST), description=said)


def test_an_upload_is_imported_and_forgotten(settings, engine, case_id, upload):
    counts = import_lists.upload_step(engine, case_id=case_id, actor="flow:import", upload_id=upload)
    assert (counts["rows_in"], counts["rejected"]) == (1, 0)
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        file = sources.files(session)[0]
    assert (file.original_name, file.producer, file.marketer) == ("shoppers.csv", "Broker", "Marketer")
    with pytest.raises(errors.NotFound, match="send the list again"):
        uploads.find(settings, upload_id=upload)


def test_what_cannot_be_kept_is_said(settings, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.shutil, "copyfileobj", full)
    with pytest.raises(errors.DiskFull, match="No space left"):
        uploads.keep(settings, name="x.csv", content=io.BytesIO(b"x"), description={})


@pytest.mark.parametrize("name", ["", "...", "description.json", "/etc/passwd", "a\x00b", "\u202etxt.exe", "x" * 400, "CON"])
def test_a_name_stays_inside_its_folder(settings, name):
    upload_id = uploads.keep(settings, name=name, content=io.BytesIO(b"x"), description={"kind": "supplement"})
    found = uploads.find(settings, upload_id=upload_id)
    assert found.path.parent.name == str(upload_id)
    assert found.path.read_bytes() == b"x"
    uploads.forget(settings, upload_id=upload_id)
    uploads.forget(settings, upload_id=upload_id)
