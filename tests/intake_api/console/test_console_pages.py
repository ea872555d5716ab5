"""Every other page of the console: not allowed, not there, works, and empty."""

import re
import uuid

import pytest
import sqlalchemy as sa

from casefile import audit, jobs, sources, uploads
from casefile.tables.people import MemberRow, SourceFault, SourceFile, SourceRow
from casefile.words import JobKind
from intake_api.console import campaigns
from notices.checker.findings import Finding, Level

PAGES = ("", "queue", "members", "sources", "campaigns", "reach", "jobs")


@pytest.mark.parametrize("path", [*PAGES, "audit"])
@pytest.mark.parametrize("role", ["administrator", "reviewer", "counsel", "auditor"])
def test_who_sees_which_page(browse, path, role):
    allowed = path != "audit" or role != "reviewer"
    assert browse(role).get(path).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("path", [*PAGES, "audit"])
def test_nobody_sees_a_page_without_a_role(browse, path):
    assert browse("stranger").get(path).status_code == 403
    assert browse(None).get(path).status_code == 303


@pytest.mark.parametrize("path", ["members", "sources", "campaigns", "claims"])
def test_what_is_not_there(browse, path):
    assert browse("administrator").get(f"{path}/{uuid.uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("", "No list has been imported yet"),
        ("queue", "No claim waits for review"),
        ("members", "The class list is empty"),
        ("sources", "No list has been imported yet"),
        ("campaigns", "No campaign yet"),
        ("reach", "The class list is empty"),
        ("jobs", "No work has been asked for yet"),
    ],
)
def test_an_empty_case_says_so(browse, path, sentence):
    assert sentence in browse().get(path).text


def test_the_dashboard_adds_up(browse, reviewed):
    text = browse().get("").text
    claims = text[text.index('aria-label="Claims by status"') :]
    claims = claims[: claims.index("</section>")]
    parts = [int(number) for number in re.findall(r'<td class="num">(\d+)</td>', claims)]
    assert parts == [2, 2]
    assert "2</span> claims to review" in text


# Class list


def search(browser, words):
    return browser.post("members", words=words).text


def test_members_are_found_by_name_or_notice_id(browse, reviewed):
    ann = browse()
    assert "2 members" in search(ann, "castellanos william")
    assert "1 member." in search(ann, reviewed.member.notice_id.lower())
    assert "Nobody on the class list" in search(ann, "castellanos nadia")
    assert "Nobody on the class list" in search(ann, "100%")
    assert "Enter a notice ID" in search(ann, "  ")


def test_a_search_leaves_no_name_in_an_address(browse, reviewed):
    shown = browse().get("members").text
    form = shown[shown.index("finder-wide") - 80 : shown.index("finder-wide")]
    assert 'method="post"' in form


def test_a_member_with_rows_joins_and_claims(browse, reviewed, inside):
    with inside() as session:
        file = source_file(session)
        row = SourceRow(source_file_id=file.id, row_number=1, raw=b"WM,CASTELLANOS,<b>", outcome="warned", given_name="WM")
        session.add(row)
        session.flush()
        joined = {"fields": [], "contradictions": [], "sentence": "same family name and address"}
        session.add(MemberRow(member_id=reviewed.senior, source_row_id=row.id, probability=0.98, evidence=joined))
    text = browse().get(f"members/{reviewed.senior}").text
    assert "WM,CASTELLANOS,&lt;b&gt;" in text
    assert "same family name and address" in text
    assert "list.csv, row 1" in text


# Source files


def source_file(session, **columns):
    values = {
        "sha256": uuid.uuid4().hex, "size_bytes": 10, "original_name": "list.csv", "kind": "disclosure_list", "encoding": "utf-8",
        "dialect": {}, "columns": ["name"], "mapping": {"full_name": "name"}, "rows_in": 3, "rows_accepted": 1, "rows_warned": 1,
        "rows_rejected": 1,
    }  # fmt: skip
    file = SourceFile(**(values | columns))
    session.add(file)
    session.flush()
    return file


def test_a_file_with_its_faults(browse, inside):
    with inside() as session:
        file = source_file(session)
        session.add(
            SourceFault(source_file_id=file.id, row_number=3, column="zip", kind="bad_postcode", text="'0' is no ZIP code.")
        )
    ann = browse()
    assert "list.csv" in ann.get("sources").text
    assert "&#39;0&#39; is no ZIP code." in ann.get(f"sources/{file.id}?kind=bad_postcode").text
    assert ann.get(f"sources/{file.id}?kind=nonsense").status_code == 404


def upload(browser, case, **fields):
    token = browser.get("sources").text.split('name="form_token" value="')[1].split('"')[0]
    files = {"file": ("../odd/li<st>.csv", b"name\nAnn\n", "text/csv")} if fields.pop("file", True) else {}
    data = {"form_token": token, "kind": "contact_source", "producer": "Shop (synthetic)"} | fields
    return browser.client.post(f"/console/lists/{case.slug}", data=data, files=files)


def test_a_list_is_kept_and_its_import_asked_for(browse, case, inside, settings):
    answer = upload(browse("administrator"), case)
    assert answer.headers["location"] == f"{case.url}jobs"
    with inside() as session:
        job = jobs.latest(session)[0]
    assert job.kind is JobKind.IMPORT_LIST
    assert set(job.parameters) == {"upload_id"}
    kept = uploads.find(settings, upload_id=uuid.UUID(job.parameters["upload_id"]))
    assert kept.path.name == "li_st_.csv"
    assert kept.path.read_bytes() == b"name\nAnn\n"
    described = sources.Description(**kept.description)
    assert (described.kind, described.producer) == ("contact_source", "Shop (synthetic)")
    uploads.forget(settings, upload_id=uuid.UUID(job.parameters["upload_id"]))
    assert not kept.path.exists()


def test_a_list_from_somebody_who_may_not_or_without_a_file(browse, case):
    assert upload(browse("reviewer"), case).status_code == 403
    answer = upload(browse("administrator"), case, file=False)
    assert browse("administrator").client.get(answer.headers["location"]).text.count("Choose the list") == 1


# Jobs


@pytest.mark.parametrize("kind", ["build_class_list", "match_claims", "write_reports"])
def test_a_run_button_writes_one_job_row(browse, inside, kind):
    adam = browse("administrator")
    for _ in range(2):
        assert adam.post("jobs", kind=kind).status_code == 303
    with inside() as session:
        found = jobs.latest(session)
    assert [(job.kind.value, job.status.value, job.parameters) for job in found] == [(kind, "waiting", {})]
    assert "Waiting" in adam.get("jobs").text


def test_only_administrators_start_work(browse):
    assert "Starting work is for administrators" in browse().get("jobs").text
    assert browse().post("jobs", kind="match_claims").status_code == 403
    assert browse("administrator").post("jobs", kind="send_campaign").status_code == 404


# Campaigns


def prepare(adam, name="First notice"):
    return adam.post("campaigns", name=name, kind="class_notice", choice="everyone").headers["location"].rsplit("/", 1)[1]


def test_two_people_approve_a_campaign_and_then_it_can_be_sent(browse, inside, reviewed):
    adam, cora = browse("administrator"), browse("counsel")
    one = f"campaigns/{prepare(adam)}"
    assert "Subject" in adam.get(one).text
    assert adam.post(one, what="send").status_code == 409
    assert adam.post(one, what="lock").status_code == 303
    digest = re.search(r'name="approval_sha256" value="(\w+)"', adam.get(one).text)[1]
    assert cora.post(one, what="approve", role="counsel", approval_sha256="0" * 64).status_code == 409
    assert adam.post(one, what="approve", role="administrator", approval_sha256=digest).status_code == 303
    assert "The second approval is another person" in adam.get(one).text
    assert cora.post(one, what="approve", role="counsel", approval_sha256=digest).status_code == 303
    assert adam.post(one, what="send").status_code == 303
    with inside() as session:
        job = jobs.latest(session)[0]
    assert job.parameters == {"campaign": one.split("/")[1]}


def test_a_campaign_is_not_for_reviewers(browse):
    one = f"campaigns/{prepare(browse('administrator'))}"
    assert browse().get(one).status_code == 200
    for what in ("lock", "approve", "send", "cancel"):
        assert browse().post(one, page="queue", what=what).status_code == 403
    assert browse("administrator").post(one, what="dance").status_code == 404


def test_a_name_is_used_once_and_needed(browse):
    adam = browse("administrator")
    prepare(adam)
    again = adam.post("campaigns", name="First notice", kind="class_notice", choice="everyone")
    assert (again.status_code, "a campaign named" in again.text) == (422, True)
    assert adam.post("campaigns", name="", kind="class_notice", choice="everyone").status_code == 422


def finding(level):
    return Finding(level=level, rule="reading grade", source="domain guide", file="en/body.txt", text="Grade 11.", line=3)


def test_an_error_of_the_check_stops_a_campaign(browse, monkeypatch):
    monkeypatch.setattr(campaigns.rules, "check", lambda *_, **__: [finding(Level.ERROR)])
    answer = browse("administrator").post("campaigns", name="Bad", kind="class_notice", choice="everyone")
    assert answer.status_code == 422
    assert "en/body.txt, line 3" in answer.text
    assert 'name="reason:' not in answer.text


def test_a_warning_needs_a_reason_that_is_kept(browse, monkeypatch):
    monkeypatch.setattr(campaigns.rules, "check", lambda *_, **__: [finding(Level.WARNING)])
    adam = browse("administrator")
    fields = {"name": "Odd", "kind": "class_notice", "choice": "everyone"}
    answer = adam.post("campaigns", **fields)
    assert (answer.status_code, 'name="reason:reading grade"' in answer.text) == (422, True)
    done = adam.post("campaigns", **fields, **{"reason:reading grade": "The court's own words."})
    assert done.status_code == 303
    assert "The court&#39;s own words." in adam.client.get(done.headers["location"]).text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_preview_can_run_and_load_nothing(browse, language):
    adam = browse("administrator")
    answer = adam.get(f"campaigns/{prepare(adam)}/preview/{language}")
    assert "Jordan" in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]
    assert adam.get(f"campaigns/{prepare(adam, 'Second')}/preview/xx").status_code == 404


# Audit


def test_the_trail_is_verified_on_the_page(browse, case, owner_engine):
    text = browse("auditor").post("audit").text
    assert "The trail is whole" in text
    with owner_engine.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.execute(sa.text("update audit_entries set actor = 'x' where case_id = :c and number = 2"), {"c": case.id})
    text = browse("auditor").post("audit").text
    assert "The trail is broken" in text
    assert "Entry 2 was altered" in text


def test_older_entries_are_on_further_pages(browse, inside):
    with inside() as session:
        for number in range(60):
            audit.record(session, action="claim.touched", subject="case", subject_id=str(number))
    text = browse("counsel").get("audit").text
    older = re.search(r"audit\?before=(\d+)", text)[1]
    assert "Newest entries" in browse("counsel").get(f"audit?before={older}").text
