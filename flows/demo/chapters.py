"""What happens in each step of the demonstration, through the same doors as in a real case."""

from __future__ import annotations

import datetime
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from casefile import audit, cases, class_list, database, jobs, matches, reports, schema, settings, staff
from casefile.case_file.read import read_case_folder
from casefile.words import JobKind, JobStatus, Role
from flows.demo import claimants, results
from flows.demo.processes import HOST, DemoFailed
from flows.demo.story import CASE_FOLDER, PASSWORD, SLUG, STAFF, Story
from flows.sample.dates import copy_with_dates_around
from flows.sample.generate import Sample, SampleFile, write_sample

JOB_SECONDS = 120.0


def tell(story: Story, *, people: int, seed: int) -> None:
    """Run the whole case and show the results."""
    _start_servers(story)
    sample = _write_sample(story, people=people, seed=seed)
    _open_case(story)
    desk = _desk()
    _wait_for_servers(story)
    _import_lists(story, sample)
    _build_class_list(story)
    _send_notices(story, desk)
    filed = _file_claims(story)
    _match_claims(story, desk)
    _show_results(story, desk, filed)


def _start_servers(story: Story) -> None:
    """Start what takes long to come up; it does so while the sample is written."""
    story.processes.start("prefect", _script("prefect"), "server", "start", "--host", HOST, "--port", str(story.places.prefect))


def _script(name: str) -> Path:
    """Return a command of this virtual environment."""
    return Path(sys.executable).parent / name


def _write_sample(story: Story, *, people: int, seed: int) -> Sample:
    with story.step("Synthetic people, lists and order logs") as step:
        case = read_case_folder(CASE_FOLDER)
        sample = write_sample(out=story.places.sample, members=people, seed=seed, case=case)
        rows = sum(file.rows for file in sample.files)
        step.outcome = f"{sample.members:,} class members in {len(sample.files)} files with {rows:,} rows"
    return sample


def _open_case(story: Story) -> None:
    with story.step("Database, case and staff") as step:
        installation = settings.load()
        schema.upgrade(installation)
        today = datetime.datetime.now(datetime.UTC).date()
        folder = copy_with_dates_around(source=CASE_FOLDER, out=story.places.folder / "case" / SLUG, today=today)
        engine = database.open_engine(installation)
        with database.open_session(engine, actor="demo") as session:
            opened = cases.open_folder(session, folder=read_case_folder(folder))
        _add_staff(engine, opened.id)
        step.outcome = f"case {SLUG} with {opened.merchants_added} merchants, {len(STAFF)} people"


def _add_staff(engine: database.Engine, case_id: uuid.UUID) -> None:
    for email, name, role in STAFF:
        with database.open_session(engine, actor="demo") as session:
            staff_id = staff.add(session, email=email, name=name, password=PASSWORD)
        with database.case_session(engine, case_id=case_id, actor="demo") as session:
            staff.grant(session, staff_id=staff_id, role=Role(role))


def _desk() -> Any:
    from notices.sending import Desk

    installation = settings.load()
    engine = database.open_engine(installation)
    with database.open_session(engine, actor="demo") as session:
        return Desk(installation, engine, cases.by_slug(session, slug=SLUG).id, "demo")


def _wait_for_servers(story: Story) -> None:
    where = story.places
    bounce_file = where.folder / "bounces.txt"
    mailboxes = pq.read_table(where.sample / "truth" / "mailboxes.parquet").to_pylist()
    bounce_file.write_text("\n".join(box["email"] for box in mailboxes if box["outcome"] == "bounces_hard"))
    with story.step("Site, console, mail catcher and Prefect") as step:
        story.processes.start_python(
            "catcher", "flows.catcher", "--smtp-port", str(where.smtp), "--http-port", str(where.inbox),
            "--dir", where.mailbox, "--bounce-file", bounce_file,
        )  # fmt: skip
        story.processes.start("web", _script("redress"), "serve")
        story.processes.wait_for_port("catcher", where.smtp)
        story.processes.wait_for_page("web", f"{where.site}/{SLUG}/en/")
        story.processes.wait_for_page("prefect", f"{where.flows}/api/health")
        story.processes.start_python("flows", "flows.serving")
        story.processes.start("dispatcher", _script("redress"), "jobs", "dispatch")
        step.outcome = f"{where.site}, {where.mail}, {where.flows}"


def _import_lists(story: Story, sample: Sample) -> None:
    from flows import runs

    totals = {"rows_in": 0, "accepted": 0, "warned": 0, "rejected": 0}
    with story.step("Lists imported", total=len(sample.files)) as step:
        for file in sample.files:
            counts = runs.import_list(case=SLUG, **_as_parameters(story, file))
            for name in totals:
                totals[name] += counts[name]
            step.advance()
        step.outcome = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in totals.items())
    parts = totals["accepted"] + totals["warned"] + totals["rejected"]
    story.check(totals["rows_in"] == parts, "rows in = accepted + warned + rejected")


def _as_parameters(story: Story, file: SampleFile) -> dict[str, str]:
    return {"path": str(story.places.sample / file.path), "kind": file.kind, "producer": file.producer}


def _build_class_list(story: Story) -> None:
    from flows import runs

    with story.step("Class list") as step:
        counts = runs.build_class_list(case=SLUG)
        step.outcome = (
            f"{counts['source_rows']:,} rows are {counts['members']:,} members; "
            f"{counts['rows_outside_class']:,} rows are about nobody in the class"
        )
        story.check(counts["source_rows"] == counts["rows_joined"] + counts["rows_outside_class"], "every row has its place")


def _send_notices(story: Story, desk: Any) -> None:
    from flows import notices, runs

    with story.step("Notices approved by two people") as step:
        planned = notices.plan(desk, kind="class_notice", name="Class notice")
        for email, _, role in STAFF[:2]:
            notices.approve(
                desk, campaign_id=planned.campaign_id, staff_email=email, role=Role(role), sha256=planned.approval_sha256
            )
        step.outcome = f"hash {planned.approval_sha256[:12]}…"
    with story.step("Notices sent by SMTP") as step:
        counts = runs.send_campaign(case=SLUG, campaign=str(planned.campaign_id))
        step.outcome = ", ".join(f"{word} {number:,}" for word, number in counts.items() if isinstance(number, int))
        story.check(not counts.get("stopped_because"), f"the mailing went through: {counts.get('stopped_because')}")


def _file_claims(story: Story) -> list[claimants.Filed]:
    truth = story.places.sample / "truth"
    with story.step("Claims filed at the site") as step:
        read = claimants.credentials_by_address(story.places.mailbox)
        step.total(len(results.claims_expected(truth)))
        filed = claimants.file_all(story.places.site, SLUG, truth, read, step.advance)
        by_notice = sum(one.by_notice for one in filed)
        step.outcome = f"{len(filed):,} receipts, {by_notice:,} with a notice, {len(filed) - by_notice:,} without"
    story.check(by_notice > 0, "somebody claimed with the notice ID and PIN of their notice")
    return filed


def _match_claims(story: Story, desk: Any) -> None:
    """Ask for the matching as the console does: by a job row, which the dispatcher hands to Prefect."""
    with story.step("Claims matched, as a job through Prefect") as step:
        with desk.open_case() as session:
            job_id = jobs.request(session, kind=JobKind.MATCH_CLAIMS)
        job = _wait_for_job(story, desk, job_id)
        step.outcome = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in job.result.items() if number)
        story.check(job.flow_run_id is not None, "the job has a flow run")


def _wait_for_job(story: Story, desk: Any, job_id: uuid.UUID) -> Any:
    until = time.monotonic() + JOB_SECONDS + story.seconds["Class list"] * 3
    while time.monotonic() < until:
        with desk.open_case() as session:
            job = jobs.get(session, job_id=job_id)
        if job.status in (JobStatus.SUCCEEDED, JobStatus.FAILED):
            if job.status is JobStatus.FAILED:
                raise DemoFailed(f"The matching failed: {job.error}")
            return job
        time.sleep(0.3)
    raise DemoFailed(f"The matching was not done in time; see {story.processes.logs}.")


def _show_results(story: Story, desk: Any, filed: list[claimants.Filed]) -> None:
    from flows.cli.reports import table_of

    truth = story.places.sample / "truth"
    with desk.open_case() as session:
        status, proof = reports.status(session), audit.verify(session)
        placed, proposals = class_list.placed_rows(session), matches.proposals(session)
    precision, recall, person_of = results.joins(placed, results.row_truth(truth))
    expected = results.claims_expected(truth)
    rates = results.matches(proposals, {one.claim: one.number for one in filed}, expected, person_of)
    story.console.print(table_of(status, title="Where the case stands"))
    story.console.print(results.table(precision, recall, rates, status))
    for fault in [*status.faults(), *(fault.text for fault in proof.faults)]:
        story.check(False, fault)
    story.check(status.claims == len({one.number for one in filed}), "every receipt is a claim, and every claim has one")
    story.console.print(f"Audit trail: {proof.entries:,} entries, {len(proof.faults)} broken.", highlight=False)
    for failure in story.failures:
        story.console.print(f"[red]✗ does not hold:[/red] {failure}")
    if not story.failures:
        story.console.print("[green]✓ All counts add up.[/green]")


def stay(story: Story) -> None:
    """Say where everything is and wait for Ctrl-C."""
    where = story.places
    story.console.rule("Look around; Ctrl-C stops everything")
    story.console.print(f"Claimant site   {where.site}/\nConsole         {where.site}/console/\nInbox           {where.mail}/")
    story.console.print(f"Prefect         {where.flows}/\nPassword        {PASSWORD} for each of")
    for email, _, role in STAFF:
        story.console.print(f"                {email}  ({role})", highlight=False)
    while True:
        time.sleep(1)
