"""What is signed about a dossier: drawn up from its facts, read, and signed with a code while they still stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.pdf import letter
from documents.services import store
from dossiers.models import Dossier
from notifications.contents import Content, content_of
from notifications.models import Channel, Message
from notifications.outbox import queue_all
from procedures.models import OF_THE_DEBTOR, Paper, PaperKind
from signatures.codes import Signer
from signatures.deeds import Deed
from signatures.models import Signature
from signatures.services import sign as sign_deed

FRAME = "letters/papers/paper.2026-11-21.html"


class PaperRefused(ValueError):
    """The paper cannot be signed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of paper: the text that stands on screen and in the PDF alike, and what the signer agrees to."""

    body: str
    consent: Promise


VERSION = "2026-11-21"
FORMS = {
    PaperKind.POWER: Form(
        "letters/papers/_power.2026-11-21.html",
        gettext_lazy("J’ai lu le pouvoir affiché et je le donne pour cette déclaration."),
    ),
    PaperKind.ACCEPTANCE: Form(
        "letters/papers/_acceptance.2026-11-21.html",
        gettext_lazy("J’ai lu ce formulaire et j’accepte de participer à la procédure simplifiée."),
    ),
    PaperKind.DEBTOR_AGREEMENT: Form(
        "letters/papers/_agreement.2026-11-21.html",
        gettext_lazy("J’ai lu ces modalités et je les accepte."),
    ),
    PaperKind.CREDITOR_AGREEMENT: Form(
        "letters/papers/_agreement.2026-11-21.html",
        gettext_lazy("J’ai lu ces modalités et je les accepte."),
    ),
}


def common_terms(dossier: Dossier) -> dict[str, str]:
    """Who owes whom, and who acts: what every paper says."""
    creditor, debtor, office = dossier.creditor, dossier.debtor, dossier.office
    assert debtor is not None and office is not None  # the database holds it for every filed dossier
    return {
        "version": VERSION,
        "reference": dossier.reference,
        "creditor": creditor.identity,
        "creditor_address": ", ".join(creditor.address_lines),
        "debtor": debtor.name,
        "debtor_address": ", ".join(debtor.address_lines[1:]),
        "office": office.name,
        "commissaire": office.commissaire,
    }


def draw_up(dossier: Dossier, kind: PaperKind, terms: dict[str, str], *, now: datetime, **about: Any) -> Paper:
    """The paper to read and sign; the one that waits already, if it says the same. The dossier is locked."""
    waiting = Paper.objects.filter(dossier=dossier, kind=kind, signature=None, **about).last()
    if waiting and waiting.terms == terms:
        return waiting
    context = {"terms": terms, "title": kind.label, "body": FORMS[kind].body, "day": now.astimezone(dossier.zone)}
    document = store(
        letter(FRAME, context),
        name=f"{kind.label} {dossier.reference} (non signé).pdf",
        media_type="application/pdf",
        brand_id=dossier.brand_id,
        creditor_id=dossier.creditor_id,
        dossier_id=dossier.pk,
        for_debtor=kind in OF_THE_DEBTOR,
    )
    made = Paper(dossier=dossier, creditor_id=dossier.creditor_id, kind=kind, terms=terms, document=document,
                 created_at=now, **about)  # fmt: skip
    made.save(force_insert=True)
    return made


def hand_out(paper: Paper, *, now: datetime) -> None:
    """The signed paper by e-mail to the office, and to the debtor who signed it; his room keeps it too."""
    dossier, debtor = paper.dossier, paper.dossier.debtor
    assert dossier.office is not None and debtor is not None
    recipients = {"office": {"name": dossier.office.name, "email": dossier.office.email}}
    if paper.kind in OF_THE_DEBTOR and debtor.email:
        recipients["debtor"] = {"name": debtor.name, "email": debtor.email}
    messages = [
        Message(
            brand_id=dossier.brand_id, creditor_id=dossier.creditor_id, office_id=dossier.office_id,
            dossier_id=dossier.pk, key=f"paper_signed:{paper.pk}:{side}", kind="paper_signed", channel=Channel.EMAIL,
            recipient=recipient, payload={"paper": paper.pk}, created_at=now, try_at=now,
        )
        for side, recipient in recipients.items()
    ]  # fmt: skip
    queue_all(messages)


@content_of("paper_signed")
def paper_signed(message: Message) -> Content:
    """The signed PDF itself, for each side to keep."""
    paper = Paper.objects.select_related("dossier", "signature__sealed").get(pk=message.payload["paper"])
    assert paper.signature is not None  # written by the signature itself
    signed = paper.signature.paper
    subject = f"{paper.get_kind_display()} – {paper.dossier.reference}"
    context = {"paper": paper, "dossier": paper.dossier, "brand": message.brand, "recipient": message.recipient}
    text = render_to_string("messages/procedures/paper_signed.txt", context)
    return Content(subject=subject, text=text, attachments=((signed.name, signed.read(), signed.media_type),))


def deed(paper: Paper) -> Deed:
    """The paper as something to sign."""
    return Deed(
        document=paper.document,
        kind=str(paper.get_kind_display()),
        reference=paper.terms["reference"],
        consent=str(FORMS[PaperKind(paper.kind)].consent),
        version=paper.terms["version"],
        details=paper.terms,
    )


def sign(paper: Paper, signer: Signer, *, terms: dict[str, str], code: str, shown: str, now: datetime) -> Signature:
    """Sign it with the code, while it says what is true today (`terms`); PaperRefused or CodeRefused otherwise."""
    if paper.terms != terms:
        raise PaperRefused(_("Ce document n’est plus à jour : la créance a changé depuis. Demandez-le de nouveau."))
    signature = sign_deed(deed(paper), signer, code=code, shown=shown, now=now)
    Paper.objects.filter(pk=paper.pk).update(signature=signature, signed=signature.sealed)
    return signature
