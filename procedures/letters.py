"""Which messages go with which move, and what they say at the moment of leaving."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from accounts.messages import site_url
from core.money import Money
from documents.pdf import letter as pdf_of
from dossiers.enums import ENDED, Phase
from dossiers.models import Dossier
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Channel, Message
from notifications.outbox import queue_all
from procedures import access
from procedures.cases import Case, cases
from procedures.claims import claimed, items_claimed
from procedures.effects import Stop, sentence
from procedures.legal_texts import AMIABLE_TEXTS, PSRPC_TEXTS, in_force
from procedures.models import Hold

Letter = Callable[[Case, str, datetime], Message | None]


# --- written beside the move: to whom, by which way ----------------------------------------------------------
def amiable_letter(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_debtor(case, cause, now, "amiable_letter", Channel.LETTER)


def amiable_email(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_debtor(case, cause, now, "amiable_email", Channel.EMAIL)


def psrpc_letter(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_debtor(case, cause, now, "psrpc_letter", Channel.REGISTERED)


def psrpc_email(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_debtor(case, cause, now, "psrpc_email", Channel.EMAIL)


def new_dossier_to_office(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_office(case, cause, now, "new_dossier")


def request_to_office(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_office(case, cause, now, "injonction_requested")


def accepted_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "dossier_accepted")


def refused_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "dossier_refused")


def correction_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "correction_asked")


def injonction_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "injonction_offered")


def closed_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "dossier_closed")


def settled_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "dossier_settled")


def answered_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "debtor_answered")


def answered_to_office(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_office(case, cause, now, "debtor_answered_office")


def offer_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "offer_made")


def title_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "title_issued")


def title_copy(case: Case, cause: str, now: datetime) -> Message | None:
    """The debtor's copy, free of charge (CPCE R125-6)."""
    return _to_debtor(case, cause, now, "title_copy", Channel.LETTER)


def receipt(case: Case, cause: str, now: datetime) -> Message | None:
    return _message(case, cause, now, "answer_receipt", Channel.FILE, {})


def petition(case: Case, cause: str, now: datetime) -> Message | None:
    """The file for the judge (CPC 1407)."""
    return _message(case, cause, now, "petition", Channel.FILE, {})


def statement(case: Case, cause: str, now: datetime) -> Message | None:
    """The written finding that ends the procédure simplifiée (CPCE R125-5)."""
    return _message(case, cause, now, "psrpc_statement", Channel.FILE, {})


def title(case: Case, cause: str, now: datetime) -> Message | None:
    return _message(case, cause, now, "psrpc_title", Channel.FILE, {})


def petition_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "petition_filed")


def order_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "order_made")


def service_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "order_served")


def opposition_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "order_opposed")


def enforceable_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "order_enforceable")


def commandement_to_office(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_office(case, cause, now, "commandement_requested")


def commandement_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "commandement_served")


def contestation_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "commandement_contested")


def non_contestation(case: Case, cause: str, now: datetime) -> Message | None:
    """The record that nobody contested, for the clerk (CPCE L126-3)."""
    return _message(case, cause, now, "l126_record", Channel.FILE, {})


def clerk_title_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "clerk_title_issued")


def hold_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "hold_changed")


def hold_to_office(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_office(case, cause, now, "hold_to_verify")


def insolvency_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "insolvency_found")


def insolvency_to_office(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_office(case, cause, now, "insolvency_to_confirm")


def alarm_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "declaration_alarm")


def alarm_to_office(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_office(case, cause, now, "declaration_alarm_office")


def declaration(case: Case, cause: str, now: datetime) -> Message | None:
    """The declaration of the claim to the mandataire judiciaire (C. com. L622-24, L622-25)."""
    return _message(case, cause, now, "claim_declaration", Channel.FILE, {})


def certificate(case: Case, cause: str, now: datetime) -> Message | None:
    """The certificate of irrecoverability, free of charge (NUM-16)."""
    return _message(case, cause, now, "irrecoverability", Channel.FILE, {})


def certificate_to_creditor(case: Case, cause: str, now: datetime) -> Message | None:
    return _to_creditor(case, cause, now, "certificate_made")


def _to_debtor(case: Case, cause: str, now: datetime, kind: str, channel: Channel) -> Message | None:
    debtor = case.debtor
    if channel == Channel.EMAIL and not debtor.email:
        return None
    recipient = {"name": debtor.name, "lines": debtor.address_lines, "email": debtor.email}
    return _message(case, cause, now, kind, channel, recipient)


def _to_office(case: Case, cause: str, now: datetime, kind: str) -> Message | None:
    office = case.dossier.office
    assert office is not None
    return _message(case, cause, now, kind, Channel.EMAIL, {"name": office.name, "email": office.email})


def _to_creditor(case: Case, cause: str, now: datetime, kind: str) -> Message | None:
    creditor = case.creditor
    return _message(case, cause, now, kind, Channel.EMAIL, {"name": creditor.name, "email": creditor.email})


def _message(case: Case, cause: str, now: datetime, kind: str, channel: Channel, recipient: dict[str, Any]) -> Message:
    dossier = case.dossier
    return Message(
        brand_id=dossier.brand_id,
        creditor_id=dossier.creditor_id,
        office_id=dossier.office_id,
        dossier_id=dossier.pk,
        key=f"{kind}:{cause}",
        kind=kind,
        channel=channel,
        recipient=recipient,
        created_at=now,
        try_at=now,
    )


def queue_letters(dossier: Dossier, letters: Iterable[Letter], cause: str, now: datetime) -> None:
    """Write these letters about one dossier into the outbox; `cause` is dossier and rank of the event behind them."""
    [case] = cases([dossier], now=now)
    queue_all([message for letter in letters if (message := letter(case, cause, now))])


# --- written at the moment of leaving: what they say, if they are still wanted --------------------------------
BY_REGISTERED = "Lettre recommandée avec demande d’avis de réception"
DEBTOR_LETTERS = {
    "amiable_letter": (
        Phase.AMIABLE,
        "letters/amiable/notice.2026-01-01.html",
        "Demande amiable de règlement",
        AMIABLE_TEXTS,
    ),
    "psrpc_letter": (
        Phase.PSRPC,
        "letters/psrpc/invitation.2026-04-25.html",
        "Invitation à la procédure simplifiée",
        PSRPC_TEXTS,
    ),
}
DEBTOR_MAILS = {
    "amiable_email": (Phase.AMIABLE, "messages/procedures/amiable.txt", "Demande amiable de règlement"),
    "psrpc_email": (Phase.PSRPC, "messages/procedures/psrpc.txt", "Invitation à la procédure simplifiée"),
}
# News that is none once the dossier was taken back.
NEWS_OF = {
    "new_dossier": Phase.SUBMITTED,
    "commandement_requested": Phase.L126_REQUESTED,
    "injonction_requested": Phase.INJONCTION_REQUESTED,
}
NOTICES = {
    "new_dossier": ("Nouveau dossier à prendre en charge", "office-dossier"),
    "injonction_requested": ("Injonction de payer demandée", "office-dossier"),
    "dossier_accepted": ("Votre dossier est accepté", "dossier"),
    "dossier_refused": ("Votre dossier n’a pas été accepté", "dossier"),
    "correction_asked": ("Votre dossier est à corriger", "dossier"),
    "injonction_offered": ("Vous pouvez demander l’injonction de payer", "dossier"),
    "dossier_closed": ("Votre dossier est clos par l’étude", "dossier"),
    "debtor_answered": ("Le débiteur a répondu", "dossier"),
    "debtor_answered_office": ("Le débiteur a répondu", "office-dossier"),
    "offer_made": ("Un accord vous est proposé", "dossier"),
    "petition_filed": ("La requête en injonction est déposée", "dossier"),
    "order_made": ("L’ordonnance est rendue", "dossier"),
    "order_served": ("L’ordonnance est signifiée", "dossier"),
    "order_opposed": ("Le débiteur a formé opposition", "dossier"),
    "order_enforceable": ("L’ordonnance est exécutoire", "dossier"),
    "title_issued": ("Le titre exécutoire est délivré", "dossier"),
    "dossier_settled": ("Votre dossier est réglé", "dossier"),
    "hold_changed": ("La situation de votre dossier change", "dossier"),
    "certificate_made": ("Votre certificat d’irrécouvrabilité", "dossier"),
    "insolvency_found": ("Procédure collective de votre débiteur", "dossier"),
    "insolvency_to_confirm": ("Une procédure collective est à confirmer", "office-dossier"),
    "declaration_alarm": ("Le délai de déclaration de créance s’achève", "dossier"),
    "declaration_alarm_office": ("Le délai de déclaration de créance s’achève", "office-dossier"),
    "commandement_requested": ("Commandement de payer demandé", "office-dossier"),
    "commandement_served": ("Le commandement de payer est signifié", "dossier"),
    "commandement_contested": ("Le débiteur a contesté le commandement", "dossier"),
    "clerk_title_issued": ("Le greffe a rendu le procès-verbal exécutoire", "dossier"),
    "hold_to_verify": ("Une suspension est à vérifier", "office-dossier"),
}
LETTER_NAMED: dict[str, Letter] = {
    letter.__name__: letter for letter in (amiable_letter, amiable_email, psrpc_letter, psrpc_email)
}


def debtor_letter(message: Message) -> Content:
    """The letter's PDF in the office's name; never sent when the claim was paid or moved meanwhile."""
    phase, template, subject, articles = DEBTOR_LETTERS[message.kind]
    dossier, balance = _still_wanted(message, phase)
    context = _debtor_context(message, dossier, balance) | {"texts": in_force(articles, on=message.written_on)}
    return Content(subject=f"{subject} – {dossier.reference}", pdf=pdf_of(template, context), secret_pages=1)


def debtor_mail(message: Message) -> Content:
    """The same news by e-mail, under the same conditions."""
    phase, template, subject = DEBTOR_MAILS[message.kind]
    dossier, balance = _still_wanted(message, phase)
    text = render_to_string(template, _debtor_context(message, dossier, balance))
    return Content(subject=f"{subject} – {dossier.reference}", text=text)


def notice(message: Message) -> Content:
    """News for the creditor or the office, with the link to the dossier."""
    subject, page = NOTICES[message.kind]
    dossier = _dossier(message)
    if dossier.phase != NEWS_OF.get(message.kind, dossier.phase):
        raise NoLongerWanted(f"le dossier est passé en « {dossier.get_phase_display()} »")
    url = site_url(message.brand, reverse(page, args=[dossier.reference]))
    last = dossier.events.filter(detail__has_key="reason").last()
    context = {
        "brand": message.brand,
        "recipient": message.recipient,
        "dossier": dossier,
        "subject": subject,
        "url": url,
        "reason": last.detail["reason"] if last else "",
    }
    text = render_to_string(f"messages/procedures/{message.kind}.txt", context)
    return Content(subject=f"{subject} – {dossier.reference}", text=text)


for kind in DEBTOR_LETTERS:
    content_of(kind)(debtor_letter)
for kind in DEBTOR_MAILS:
    content_of(kind)(debtor_mail)
for kind in NOTICES:
    content_of(kind)(notice)


def _dossier(message: Message) -> Dossier:
    return Dossier.objects.select_related("brand", "creditor", "debtor", "office").get(pk=message.dossier_id or 0)


def _still_wanted(message: Message, phase: Phase) -> tuple[Dossier, Money]:
    """Checked once more at the door: facts may have changed since the letter was decided."""
    dossier = _dossier(message)
    balance = claimed(dossier)
    if kinds := Hold.objects.stops(dossier, Stop.LETTERS):
        raise NoLongerWanted(sentence(kinds))
    if dossier.phase in ENDED or balance.amount <= 0:
        raise NoLongerWanted("la créance est réglée ou le dossier est clos")
    if dossier.phase != phase:
        raise NoLongerWanted(f"le dossier est passé en « {dossier.get_phase_display()} »")
    return dossier, balance


def _debtor_context(message: Message, dossier: Dossier, balance: Money) -> dict[str, Any]:
    first = Message.objects.about(dossier.pk).filter(kind="amiable_letter").first()
    return {
        "brand": message.brand,
        "office": dossier.office,
        "creditor": dossier.creditor,
        "debtor": dossier.debtor,
        "dossier": dossier,
        "items": items_claimed(dossier),
        "balance": balance,
        "recipient": message.recipient,
        "delivery": BY_REGISTERED if message.channel == Channel.REGISTERED else "",
        "day": message.written_on,
        "first_letter_on": (first.posted_on or first.written_on) if first else None,
        "access_code": access.code(dossier),
        "room_url": site_url(message.brand, reverse("debtor-door")),
    }
