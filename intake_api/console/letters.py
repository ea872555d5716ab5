"""Letters that follow from a ruling: what the claimant is asked to mend, or that the claim is denied and how to contest it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from casefile import claims, codes, database, decisions, errors
from casefile.words import ClaimStatus, DeficiencyCode
from intake_api.console.desk import Desk
from notices import single, values

log = structlog.get_logger("redress.web")

SENTENCES: Mapping[DeficiencyCode, Mapping[str, str]] = {
    DeficiencyCode.UNSIGNED: {
        "en": "The claim is not signed.",
        "es": "El reclamo no está firmado.",
    },
    DeficiencyCode.ATTESTATION_MISSING: {
        "en": "The statement under penalty of perjury is missing.",
        "es": "Falta la declaración bajo pena de perjurio.",
    },
    DeficiencyCode.NOT_FOUND: {
        "en": "We could not find you on the lists. Please tell us the name, address, e-mail and telephone number that you used "
        "when you bought, and in which shop.",
        "es": "No le encontramos en las listas. Díganos el nombre, la dirección, el correo electrónico y el teléfono que usó al "
        "comprar, y en qué tienda.",
    },
    DeficiencyCode.AMBIGUOUS_MATCH: {
        "en": "Several people on the lists fit what you told us. Please send something that tells them apart, such as a suffix "
        "(Jr, Sr) or an earlier address.",
        "es": "Varias personas de las listas coinciden con sus datos. Envíe algo que las distinga, como un sufijo (Jr, Sr) o una "
        "dirección anterior.",
    },
    DeficiencyCode.ADDRESS_INCOMPLETE: {
        "en": "Your address is incomplete.",
        "es": "Su dirección está incompleta.",
    },
    DeficiencyCode.PAYMENT_DETAILS_INVALID: {
        "en": "The payment details do not work.",
        "es": "Los datos de pago no sirven.",
    },
    DeficiencyCode.PROOF_MISSING: {
        "en": "A proof is missing or cannot be read.",
        "es": "Falta un comprobante o no se puede leer.",
    },
    DeficiencyCode.AUTHORITY_MISSING: {
        "en": "You claim for somebody else: please send the paper that allows you to.",
        "es": "Usted reclama por otra persona: envíe el documento que le autoriza.",
    },
    DeficiencyCode.IDENTITY_MISMATCH: {
        "en": "Some of your details contradict each other or our lists.",
        "es": "Algunos de sus datos se contradicen entre sí o con nuestras listas.",
    },
    DeficiencyCode.OUTSIDE_CLASS_PERIOD: {
        "en": "Your purchase is outside the time that this settlement is about.",
        "es": "Su compra queda fuera del período de este acuerdo.",
    },
}
"""What the claimant reads for each code; the reviewer's own message follows it."""

DENIED: Mapping[str, str] = {
    "en": "Your claim is denied, because we could not find you on the lists of people whose data was disclosed.",
    "es": "Su reclamo ha sido denegado, porque no le encontramos en las listas de personas cuyos datos fueron compartidos.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What one letter says beside the case's own fields."""

    kind: str
    fields: Mapping[str, str]


def queue(
    session: database.Session, desk: Desk, *, decision_id: uuid.UUID, claim_id: uuid.UUID, ask: decisions.Ask | None
) -> None:
    """Put the letter of a ruling into the ledger, in the ruling's transaction, held back so that the ruling can be taken back.

    Without an e-mail address, or when something is wrong with the template, the ruling stands and the letter is for the post.
    """
    filed = claims.filed(session, claim_id=claim_id)
    now = filed.version.answers.get("now") or {}
    language = filed.claim.language if filed.claim.language in DENIED else "en"
    letter = _letter(desk, filed.claim.status, ask, language)
    if letter is None or not now.get("email"):
        return
    name = " ".join(part for part in (now.get("given_name"), now.get("family_name")) if part)
    try:
        with session.begin_nested():
            notice_id = single.queue(
                session,
                case=desk.folder,
                public_url=desk.visitor.settings.public_url,
                kind=letter.kind,
                dedupe_key=f"{letter.kind}/{decision_id}",
                address=now["email"],
                language=language,
                values={"claim_number": codes.spaced(filed.claim.number), "full_name": name, **letter.fields},
                claim_id=claim_id,
            )
            if notice_id is not None:
                decisions.hold_letter(session, notice_id=notice_id)
    except (errors.RedressError, OSError) as error:
        log.warning("letter not queued", claim_id=str(claim_id), error=type(error).__name__)


def _letter(desk: Desk, status: ClaimStatus, ask: decisions.Ask | None, language: str) -> Letter | None:
    if status is ClaimStatus.DEFICIENT and ask is not None:
        said = "\n".join(part for part in (SENTENCES[ask.code][language], ask.message) if part)
        return Letter("deficiency", {"deficiency_list": said, "cure_deadline": values.day(ask.cure_by, language)})
    if status is ClaimStatus.DENIED:
        contest_by = desk.today + datetime.timedelta(days=desk.folder.rules.contest_days)
        fields = {"decision": DENIED[language], "decision_reasons": SENTENCES[DeficiencyCode.NOT_FOUND][language]}
        return Letter("decision", fields | {"contest_deadline": values.day(contest_by, language)})
    return None
