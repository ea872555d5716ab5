"""Filing a claim over HTTP: with and without a notice, back and twice, late, in Spanish, and with its receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from casefile import audit, claims, database
from casefile.tables.claims import Claim, ClaimDraft, ClaimVersion
from casefile.tables.mail import Notice

from .conftest import ANSWERS, Visitor, faults


def versions(stored: Callable[[Any], list[Any]]) -> list[Any]:
    return stored(
        sa.select(ClaimVersion.answers, ClaimVersion.signature, ClaimVersion.attestation_text).order_by(ClaimVersion.id)
    )


def test_a_claim_without_a_notice_is_filed_and_receipted(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    answer = visitor.sign()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{visitor.slug}/en/claim/receipt")
    number = visitor.receipt_number()
    ((kept,),) = stored(sa.select(Claim.number))
    assert kept == number
    ((answers, signature, attestation),) = versions(stored)
    assert answers["now"] == ANSWERS["name"] | ANSWERS["address"] | ANSWERS["contact"]
    assert (answers["other_shop"], answers["at_purchase"], answers["payment"]) == ("Corner Candle Shop", [], "check")
    assert signature == "Dana Example"
    assert "under penalty of perjury that the foregoing is true and correct. Executed on" in attestation


def test_the_draft_keeps_nothing_once_the_claim_is_filed(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    visitor.sign()
    assert stored(sa.select(ClaimDraft.answers)) == [({},)]


def test_the_same_submission_twice_is_one_claim(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    page = visitor.get("claim/sign").text
    first = visitor.sign()
    again = visitor.client.post(
        str(first.request.url), content=first.request.content, headers=first.request.headers, follow_redirects=False
    )
    assert first.headers["location"] == again.headers["location"]
    assert "Sign your claim" in page
    assert len(versions(stored)) == 1


def test_a_double_click_is_one_claim(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    visitor.get("claim/sign")
    token = visitor.client.cookies
    page = visitor.last.text if visitor.last else ""
    import re

    hidden = dict(re.findall(r'<input type="hidden" name="(form_token|submission_key|day)" value="([^"]*)"', page))
    url = f"/{visitor.slug}/en/claim/sign"
    answers: list[int] = []

    def click() -> None:
        sent = visitor.client.post(url, data=hidden | {"place": "us", "signature": "Dana"}, follow_redirects=False)
        answers.append(sent.status_code)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 4
    assert len(versions(stored)) == 1
    assert token


def test_going_back_shows_the_answers_and_changing_one_returns_to_the_check(visitor: Visitor) -> None:
    visitor.answer_all()
    assert 'value="Provo"' in visitor.get("claim/address").text
    assert 'name="change" value="check"' in visitor.get("claim/address?change=check").text
    answer = visitor.post("claim/address", ANSWERS["address"] | {"city": "Orem", "change": "check"})
    assert answer.headers["location"].endswith("/claim/check")
    assert "Orem" in visitor.get("claim/check").text


def test_pages_after_the_claim_lead_to_its_receipt(visitor: Visitor) -> None:
    visitor.answer_all()
    visitor.sign()
    for page in ("claim/name", "claim/check", "claim/sign", "claim/shops"):
        assert str(visitor.get(page).url).endswith("/claim/receipt")
    assert visitor.post("claim/name", ANSWERS["name"], shown="claim/receipt").headers["location"].endswith("/claim/receipt")


def test_a_page_that_lacks_an_answer_leads_to_it(visitor: Visitor) -> None:
    visitor.start()
    assert str(visitor.get("claim/check").url).endswith("/claim/shops")
    visitor.name_shop()
    assert str(visitor.get("claim/sign").url).endswith("/claim/name")


def test_an_unsigned_claim_is_not_filed(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    answer = visitor.sign(place="", signature="  ")
    assert answer.status_code == 422
    assert faults(answer) == ["Choose where you are as you sign", "Type your full name to sign"]
    assert "<title>Error: Sign your claim" in answer.text
    assert stored(sa.select(Claim.id)) == []


def test_abroad_the_declaration_names_the_laws_of_the_united_states(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all(address={"country": "France", "region": "", "postcode": "F-75001"})
    visitor.sign(place="abroad")
    assert "under the laws of the United States of America" in versions(stored)[0].attestation_text


def test_a_claim_in_spanish_keeps_the_spanish_words(
    new_visitor: Callable[..., Visitor], site_case: Any, stored: Callable[[Any], list[Any]]
) -> None:
    visitor = new_visitor(site_case.slug, language="es")
    visitor.answer_all()
    visitor.sign()
    assert "Tenemos su reclamación" in visitor.get("claim/receipt").text
    assert "Declaro bajo pena de perjurio que lo anterior es verdadero y correcto." in versions(stored)[0].attestation_text


def test_the_language_can_be_switched_on_every_step(visitor: Visitor) -> None:
    visitor.answer_all()
    assert f'href="/{visitor.slug}/es/claim/check" lang="es"' in visitor.get("claim/check").text
    visitor.language = "es"
    assert "Revise sus respuestas" in visitor.get("claim/check").text
    assert visitor.sign().status_code == 303


def test_a_late_claim_is_taken_and_says_so(new_visitor: Callable[..., Visitor], late_case: Any, engine: database.Engine) -> None:
    visitor = new_visitor(late_case.slug)
    assert "You can still file one. It is marked as late" in visitor.get("claim").text
    visitor.answer_all()
    visitor.sign()
    assert "Your claim is marked as late" in visitor.get("claim/receipt").text
    with database.case_session(engine, case_id=late_case.id, actor="test") as session:
        assert session.scalars(sa.select(Claim.status)).all() == ["late"]


def test_digital_payment_asks_for_an_address_to_pay_to(visitor: Visitor) -> None:
    visitor.answer_all(contact={"email": ""}, payment={"method": "digital"})
    assert str(visitor.get("claim/check").url).endswith("/claim/contact")


def test_an_expired_draft_says_that_it_is_gone(visitor: Visitor, engine: database.Engine, site_case: Any) -> None:
    visitor.start()
    page = visitor.get("claim/name").text
    with database.case_session(engine, case_id=site_case.id, actor="test") as session:
        session.execute(sa.update(ClaimDraft).values(updated_at=sa.func.now() - sa.text("interval '25 hours'")))
    answer = visitor.get("claim/name")
    assert answer.status_code == 410
    assert "Please start again" in answer.text
    assert "What is your name now?" in page
    visitor.start()
    assert visitor.get("claim/name").status_code == 200


def test_a_browser_can_forget_a_claim_that_stays(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    visitor.sign()
    assert visitor.post("claim/forget", shown="claim/receipt").status_code == 303
    assert visitor.get("claim/receipt").status_code == 410
    assert len(stored(sa.select(Claim.id))) == 1


def test_a_form_without_its_token_is_not_used(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.start()
    url = f"/{visitor.slug}/en/claim/name"
    for token in ("", "0" * 64):
        answer = visitor.client.post(url, data=ANSWERS["name"] | {"form_token": token}, follow_redirects=False)
        assert answer.status_code == 400
    assert "name" not in stored(sa.select(ClaimDraft.answers))[0][0]


def test_a_submission_key_of_another_draft_is_refused(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    assert visitor.sign(submission_key="of another tab").status_code == 400
    assert stored(sa.select(Claim.id)) == []


def test_what_happened_is_in_the_audit_trail_without_personal_data(
    visitor: Visitor, engine: database.Engine, site_case: Any
) -> None:
    visitor.answer_all()
    visitor.sign()
    with database.case_session(engine, case_id=site_case.id, actor="test") as session:
        entry = audit.entries(session, subject="claim")[0]
        assert (entry.action, entry.actor) == ("claim.submitted", "claimant")
        assert "Example" not in str(entry.after)
        assert audit.verify(session).faults == ()


def test_a_shop_is_found_by_another_name_and_kept_with_the_claim(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    import re

    visitor.start()
    page = visitor.get("claim/shops?q=aplewood+oulet").text
    assert "also known as Applewood Books Outlet" in page
    ids = re.findall(r'name="merchant" value="([^"]+)"', page)
    assert visitor.post("claim/shops", {"do": "add", "merchant": ids[:2]}).status_code == 303
    assert visitor.post("claim/shops", {"do": "remove", "merchant": ids[1]}).status_code == 303
    assert [shop["id"] for shop in stored(sa.select(ClaimDraft.answers))[0][0]["merchants"]] == ids[:1]
    assert visitor.post("claim/shops", {"do": "go"}).headers["location"].endswith("/claim/name")


@pytest.mark.parametrize("chosen", [[], ["no-uuid"], ["6f1b7a0e-0000-7000-8000-000000000000"]])
def test_going_on_without_a_shop_is_a_fault(visitor: Visitor, chosen: list[str]) -> None:
    visitor.start()
    visitor.post("claim/shops", {"do": "add", "merchant": chosen})
    answer = visitor.post("claim/shops", {"do": "go"})
    assert faults(answer) == ["Search for a shop and choose it, or tell us its name"]


def test_earlier_details_can_be_added_changed_and_removed(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    visitor.post("claim/earlier", {"same": "no"})
    empty = visitor.post("claim/earlier/1", {"given_name": "Dana"})
    assert faults(empty) == ["Enter at least one thing that was different, such as the address"]
    for place, street in (("1", "1 Old Road"), ("2", "2 Old Road"), ("2", "3 Old Road")):
        assert visitor.post(f"claim/earlier/{place}", {"family_name": "Sample", "street": street}).status_code == 303
    assert visitor.get("claim/earlier/9").status_code == 404
    assert visitor.post("claim/earlier/all", {"remove": "1"}).status_code == 303
    assert visitor.post("claim/earlier/all", {"another": "no"}).headers["location"].endswith("/claim/payment")
    visitor.sign()
    assert [each["street"] for each in versions(stored)[0].answers["at_purchase"]] == ["3 Old Road"]


def test_saying_that_all_was_the_same_leaves_earlier_details_out(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    visitor.post("claim/earlier/1", {"family_name": "Sample", "street": "1 Old Road"})
    visitor.post("claim/earlier", {"same": "yes"})
    visitor.sign()
    assert versions(stored)[0].answers["at_purchase"] == []


def test_the_receipt_is_in_the_ledger_with_the_claim(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.answer_all()
    visitor.sign()
    ((kind, address, claim_id),) = stored(sa.select(Notice.kind, Notice.address, Notice.claim_id))
    assert (kind, address) == ("claim_received", "dana@example.com")
    assert [(claim_id,)] == stored(sa.select(Claim.id))


def test_a_fault_of_the_mail_loses_no_claim(
    visitor: Visitor, stored: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from casefile import errors
    from notices import single

    def refuse(*_given: Any, **_named: Any) -> None:
        raise errors.TemplateFaults("The receipt's template is gone.")

    monkeypatch.setattr(single, "queue", refuse)
    visitor.answer_all()
    assert visitor.sign().status_code == 303
    assert len(stored(sa.select(Claim.id))) == 1
    assert visitor.receipt_number()


def test_a_claim_is_found_again_by_number_and_name_only(visitor: Visitor, new_visitor: Callable[..., Visitor]) -> None:
    visitor.answer_all()
    visitor.sign()
    number = visitor.receipt_number()
    other = new_visitor(visitor.slug)
    found = other.post("status", {"claim_number": f" {number[:3].lower()}-{number[3:]}", "family_name": "EXAMPLE"})
    assert "comparing it with the records" in found.text
    wrong = other.post("status", {"claim_number": number, "family_name": "Other"})
    assert (wrong.status_code, "Example" in wrong.text) == (422, False)


def test_the_matcher_reads_what_was_filed(visitor: Visitor, engine: database.Engine, site_case: Any) -> None:
    visitor.answer_all(earlier={"same": "no"})
    visitor.post("claim/earlier/1", {"family_name": "Null", "postcode": "00501"})
    visitor.sign()
    with database.case_session(engine, case_id=site_case.id, actor="test") as session:
        rows = claims.submitted_claims(session).to_pylist()
    assert [(row["kind"], row["family_name"], row["postcode"]) for row in rows] == [
        ("now", "Example", "84601"),
        ("at_purchase", "Null", "00501"),
    ]


def test_nothing_personal_is_in_an_address_or_a_log(visitor: Visitor, capfd: pytest.CaptureFixture[str]) -> None:
    addresses: list[str] = []
    visitor.client.event_hooks["request"].append(lambda request: addresses.append(str(request.url)))
    visitor.answer_all()
    visitor.sign()
    visitor.get("claim/receipt")
    visitor.get("claim/nothing")
    written = "".join(addresses) + "".join(capfd.readouterr())
    assert len(addresses) > 15
    for personal in ("Example", "Dana", "Sample", "84601", "555-0111", "dana%40", visitor.slug + "/en/claim/receipt?"):
        assert personal not in written, personal
