"""Papers of the procédure simplifiée that are kept, not sent: receipts of answers, the finding of its outcome, the title."""

from datetime import date
from typing import Any

from django.template.loader import render_to_string

from documents.pdf import letter as pdf_of
from documents.seal import seal
from dossiers.models import Dossier, Event
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Message
from procedures.claims import account_of
from procedures.decompte import Part
from procedures.enums import MatchState
from procedures.irrecoverable import unpaid
from procedures.legal_texts import L126_TEXTS, in_force
from procedures.models import Answer, Hold, Insolvency, InsolvencyNotice, Offer
from procedures.petition import build, missing, pieces_of

POWER_FILE = "pouvoir-special.pdf"
OUTCOMES = {
    "record_psrpc_refusal": "le débiteur a refusé de participer à la procédure (CPCE R125-5, 1°)",
    "record_psrpc_silence": "le mois de l’envoi s’est écoulé sans accord sur le montant et les modalités (CPCE R125-5, 2°)",
    "record_terms_refusal": "le débiteur a refusé le montant ou les modalités proposés (CPCE R125-5, 3°)",
    "record_agreement": "un accord a été conclu sur le montant et les modalités du paiement (CPCE R125-5, 4°)",
}


@content_of("answer_receipt")
def answer_receipt(message: Message) -> Content:
    """What the debtor said, in the words he was shown, with the day and the means."""
    event = _cause(message)
    answer = Answer.objects.get(pk=event.detail["id"])
    context = _context(message) | {"answer": answer, "offer": _offer_before(answer)}
    pdf = pdf_of("letters/psrpc/answer.2026-01-01.html", context)
    return _kept(f"Réponse du débiteur – {context['dossier'].reference}", pdf)


@content_of("psrpc_statement")
def statement(message: Message) -> Content:
    """The finding of one of the four outcomes, with the steps that led to it."""
    event = _cause(message)
    context = _context(message) | {
        "outcome": OUTCOMES[event.kind],
        "reason": event.detail.get("reason", ""),
        "steps": _steps(message, event),
    }
    pdf = pdf_of("letters/psrpc/statement.2026-01-01.html", context)
    return _kept(f"Constat d’issue – {context['dossier'].reference}", pdf)


@content_of("psrpc_title")
def title(message: Message) -> Content:
    """The enforceable title: it recounts the steps taken (CPCE L111-3 5°, R125-6)."""
    event = _cause(message)
    context = _context(message)
    offer = context["dossier"].offers.current()
    if offer is None or not offer.is_agreed:
        raise NoLongerWanted("aucun accord n’est conclu")
    context |= {"offer": offer, "steps": _steps(message, event)}
    pdf = pdf_of("letters/psrpc/title.2026-01-01.html", context)
    return _kept(f"Titre exécutoire – {context['dossier'].reference}", pdf)


@content_of("l126_record")
def non_contestation(message: Message) -> Content:
    """The record of the absence of contestation, which the clerk makes enforceable (CPCE L126-3)."""
    event = _cause(message)
    context = _context(message) | {
        "steps": _steps(message, event),
        "texts": in_force(L126_TEXTS, on=message.written_on),
    }
    pdf = pdf_of("letters/l126/record.2026-04-25.html", context)
    return _kept(f"Procès-verbal de non-contestation – {context['dossier'].reference}", pdf)


@content_of("petition")
def petition(message: Message) -> Content:
    """The file of the injonction as it stands on that day; not made while something is missing."""
    dossier = _context(message)["dossier"]
    if absent := missing(dossier, on=message.written_on):
        raise NoLongerWanted(" ".join(absent))
    pdf = build(dossier, on=message.written_on)
    return _kept(f"Dossier d’injonction de payer – {dossier.reference}", pdf, for_debtor=False)


@content_of("claim_declaration")
def claim_declaration(message: Message) -> Content:
    """The claim as it stood at the judgment that opened the proceedings (C. com. L622-25, R622-23)."""
    context = _context(message)
    dossier = context["dossier"]
    found = (
        dossier.insolvencies.select_related("notice").filter(state=MatchState.CONFIRMED, power_at__isnull=False).first()
    )
    day = Hold.objects.interest_stops_on(dossier)
    if found is None or day is None:
        raise NoLongerWanted("la procédure collective n’est pas confirmée, ou le pouvoir manque")
    account = account_of(dossier, on=day)
    totals = {part.value: account.total(part) for part in Part}
    context |= {"found": found, "judgment_on": day, "account": account, "totals": totals, "pieces": pieces_of(dossier)}
    pdf = pdf_of("letters/insolvency/declaration.2026-01-01.html", context)
    return _kept(f"Déclaration de créance – {dossier.reference}", pdf, for_debtor=False, **_power_of(found))


def _power_of(found: Insolvency) -> dict[str, Any]:
    """The signed power behind the declaration: its pages for the printer, and its file with the seal intact."""
    paper = found.papers.filter(signature__isnull=False).select_related("signature__sealed").last()
    if paper is None or paper.signature is None:
        return {}
    signed = paper.signature.paper.read()
    return {"pages": signed, "files": {POWER_FILE: signed}}


@content_of("client_insolvency")
def client_insolvency(message: Message) -> Content:
    """News of a client of the whole base that is watched, to its creditor (REL-25)."""
    notice = InsolvencyNotice.objects.get(pk=int(message.key.split(":")[1]))
    subject = f"Procédure collective d’un client : SIREN {notice.siren}"
    text = render_to_string("messages/procedures/client_insolvency.txt", {"notice": notice, "brand": message.brand})
    return Content(subject=subject, text=text)


@content_of("irrecoverability")
def irrecoverability(message: Message) -> Content:
    """The certificate: parties, invoices with what is left as price and tax, steps taken, ground."""
    event = _cause(message)
    context = _context(message)
    context |= {"rows": unpaid(context["dossier"]), "reason": event.detail["reason"], "steps": _steps(message, event)}
    pdf = pdf_of("letters/irrecoverable/certificate.2026-01-01.html", context)
    return _kept(f"Certificat d’irrécouvrabilité – {context['dossier'].reference}", pdf, for_debtor=False)


@content_of("title_copy")
def title_copy(message: Message) -> Content:
    """The very bytes of the title, for the debtor (CPCE R125-6)."""
    original = Message.objects.select_related("document").get(kind="psrpc_title", key=f"psrpc_title:{_rank(message)}")
    assert original.document is not None  # the copy is queued by the title's own settling
    return Content(subject=f"Copie du {original.document.name.removesuffix('.pdf')}", pdf=original.document.read())


def _kept(subject: str, pdf: bytes, *, for_debtor: bool = True, **behind: Any) -> Content:
    return Content(subject=subject, pdf=seal(pdf, reason=subject, **behind), for_debtor=for_debtor)


def _cause(message: Message) -> Event:
    """The event that the message was written for."""
    return Event.objects.get(dossier_id=message.dossier_id or 0, seq=int(_rank(message).rpartition(":")[2]))


def _rank(message: Message) -> str:
    """Dossier and rank of the event that caused it: what its key ends with."""
    return message.key.partition(":")[2]


def _context(message: Message) -> dict[str, Any]:
    found = Dossier.objects.select_related("brand", "creditor", "debtor", "office")
    dossier = found.get(pk=message.dossier_id or 0)
    return {
        "office": dossier.office,
        "creditor": dossier.creditor,
        "debtor": dossier.debtor,
        "dossier": dossier,
        "items": dossier.items.all(),
        "balance": dossier.balance(),
        "recipient": {"lines": dossier.debtor.address_lines if dossier.debtor else []},
        "day": message.written_on,
    }


def _steps(message: Message, until: Event) -> list[tuple[date, str]]:
    """What was done before, from the journal: each act with its day."""
    zone = message.office.zone if message.office else message.brand.zone
    found = []
    for event in until.dossier.events.filter(seq__lt=until.seq).order_by("seq"):
        if text := _step(event):
            day = event.detail.get("on")
            found.append((date.fromisoformat(day) if day else event.at.astimezone(zone).date(), text))
    return found


def _step(event: Event) -> str:
    detail = event.detail
    if event.kind == "letter_posted":
        name = {"amiable_letter": "Lettre amiable", "psrpc_letter": "Invitation à la procédure simplifiée"}
        number = f", envoi n° {detail['number']}" if detail.get("number") else ""
        return f"{name.get(detail['letter'], 'Lettre')} déposée à la poste{number}"
    if event.kind == "message_sent" and detail.get("letter") == "psrpc_email":
        return "Invitation adressée aussi par courriel"
    if event.kind == "debtor_answered":
        answer = Answer.objects.get(pk=detail["id"])
        return f"Réponse du débiteur : « {answer.get_kind_display()} » ({answer.get_means_display().lower()})"
    return {
        "record_commandement": "Commandement de payer signifié",
        "offer_made": "Proposition d’accord faite par l’étude",
        "offer_agreed": "Consentement donné à la proposition",
    }.get(event.kind, "")


def _offer_before(answer: Answer) -> Offer | None:
    """The terms that came with this acceptance."""
    return Offer.objects.filter(dossier=answer.dossier, created_at=answer.created_at).first()
