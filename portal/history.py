"""Everything that happened to a dossier, as its people read it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dossiers.models import Dossier, Event, ThreadMessage, Voice
from notifications.models import Message
from procedures.enums import HoldKind
from procedures.models import AnswerKind, Means

LABELS = {
    "opened": gettext_noop("Dossier créé"),
    "submit": gettext_noop("Dossier transmis à l’étude"),
    "withdraw": gettext_noop("Dossier repris en brouillon"),
    "accept": gettext_noop("Dossier accepté par l’étude"),
    "refuse": gettext_noop("Dossier refusé par l’étude"),
    "ask_correction": gettext_noop("Correction demandée par l’étude"),
    "correct": gettext_noop("Dossier repris pour correction"),
    "open_psrpc": gettext_noop("Procédure simplifiée ouverte"),
    "record_psrpc_silence": gettext_noop("Silence d’un mois constaté"),
    "resume_amiable": gettext_noop("Dossier repris en phase amiable"),
    "record_psrpc_refusal": gettext_noop("Refus du débiteur constaté"),
    "record_terms_refusal": gettext_noop("Refus des modalités constaté"),
    "record_agreement": gettext_noop("Accord constaté, titre exécutoire délivré"),
    "petition_asked": gettext_noop("Dossier d’injonction demandé"),
    "debtor_answered": gettext_noop("Le débiteur a répondu"),
    "offer_made": gettext_noop("Modalités proposées par l’étude"),
    "offer_agreed": gettext_noop("Modalités acceptées"),
    "close": gettext_noop("Dossier clos par l’étude"),
    "paper_published": gettext_noop("Pièce montrée au débiteur"),
    "paper_withdrawn": gettext_noop("Pièce retirée au débiteur"),
    "call_noted": gettext_noop("Appel téléphonique"),
    "manager_named": gettext_noop("Gestionnaire du dossier"),
    "offer_injonction": gettext_noop("Injonction de payer proposée"),
    "request_injonction": gettext_noop("Injonction de payer demandée"),
    "renounce": gettext_noop("Dossier clos par le créancier"),
    "file_petition": gettext_noop("Requête en injonction déposée"),
    "record_order": gettext_noop("Ordonnance rendue"),
    "record_partial_order": gettext_noop("Ordonnance partielle rendue"),
    "record_rejection": gettext_noop("Requête rejetée"),
    "decline_order": gettext_noop("Le créancier renonce à l’ordonnance"),
    "record_service": gettext_noop("Ordonnance signifiée"),
    "record_order_lapsed": gettext_noop("Ordonnance non avenue"),
    "record_opposition": gettext_noop("Opposition formée"),
    "record_enforceable": gettext_noop("Ordonnance exécutoire"),
    "record_judgment": gettext_noop("Jugement sur opposition"),
    "request_commandement": gettext_noop("Commandement de payer demandé"),
    "record_commandement": gettext_noop("Commandement de payer signifié"),
    "record_mandate_lapsed": gettext_noop("Mois du mandat passé"),
    "record_contestation": gettext_noop("Commandement contesté"),
    "record_non_contestation": gettext_noop("Non-contestation constatée"),
    "record_clerk_title": gettext_noop("Titre du greffe délivré"),
    "record_title_service": gettext_noop("Titre du greffe signifié"),
    "record_title_lapsed": gettext_noop("Titre du greffe non signifié à temps"),
    "accept_closure": gettext_noop("Clôture acceptée par l’étude"),
    "insolvency_found": gettext_noop("Procédure collective publiée"),
    "special_power_given": gettext_noop("Pouvoir spécial donné par le créancier"),
    "declaration_asked": gettext_noop("Déclaration de créance demandée"),
    "claim_declared": gettext_noop("Créance déclarée"),
    "certify": gettext_noop("Créance certifiée irrécouvrable"),
    "certificate_asked": gettext_noop("Certificat d’irrécouvrabilité demandé"),
    "hold_set": gettext_noop("Dossier suspendu"),
    "hold_confirmed": gettext_noop("Suspension confirmée"),
    "hold_refused": gettext_noop("Suspension refusée"),
    "hold_lifted": gettext_noop("Suspension levée"),
    "settle": gettext_noop("Dossier réglé"),
    "settle_in_psrpc": gettext_noop("Règlement constaté"),
    "refused": gettext_noop("Étape suspendue : une personne doit décider"),
    "letter_posted": gettext_noop("Déposée à la poste"),
    "message_sent": gettext_noop("Parti"),
    "message_cancelled": gettext_noop("Annulé avant l’envoi"),
    "message_failed": gettext_noop("N’a pas pu partir"),
    "invoice_added": gettext_noop("Facture ajoutée"),
    "credit_note_added": gettext_noop("Note de crédit ajoutée"),
    "payment_added": gettext_noop("Paiement reçu"),
}
LETTERS = {
    "amiable_letter": gettext_noop("Lettre amiable"),
    "amiable_email": gettext_noop("Courriel amiable"),
    "psrpc_letter": gettext_noop("Invitation à la procédure simplifiée (recommandé)"),
    "psrpc_email": gettext_noop("Invitation à la procédure simplifiée (courriel)"),
    "answer_receipt": gettext_noop("Accusé de la réponse"),
    "psrpc_statement": gettext_noop("Constat d’issue"),
    "psrpc_title": gettext_noop("Titre exécutoire"),
    "petition": gettext_noop("Dossier d’injonction de payer"),
    "claim_declaration": gettext_noop("Déclaration de créance"),
    "insolvency_found": gettext_noop("Avis au créancier"),
    "insolvency_to_confirm": gettext_noop("Avis à l’étude"),
    "declaration_alarm": gettext_noop("Avis au créancier"),
    "declaration_alarm_office": gettext_noop("Avis à l’étude"),
    "hold_changed": gettext_noop("Avis au créancier"),
    "hold_to_verify": gettext_noop("Avis à l’étude"),
    "irrecoverability": gettext_noop("Certificat d’irrécouvrabilité"),
    "certificate_made": gettext_noop("Avis au créancier"),
    "title_copy": gettext_noop("Copie du titre au débiteur"),
    "debtor_answered": gettext_noop("Avis au créancier"),
    "debtor_answered_office": gettext_noop("Avis à l’étude"),
    "offer_made": gettext_noop("Avis au créancier"),
    "title_issued": gettext_noop("Avis au créancier"),
    "petition_filed": gettext_noop("Avis au créancier"),
    "order_made": gettext_noop("Avis au créancier"),
    "order_served": gettext_noop("Avis au créancier"),
    "order_opposed": gettext_noop("Avis au créancier"),
    "order_enforceable": gettext_noop("Avis au créancier"),
    "new_dossier": gettext_noop("Avis à l’étude"),
    "injonction_requested": gettext_noop("Avis à l’étude"),
    "dossier_accepted": gettext_noop("Avis au créancier"),
    "correction_asked": gettext_noop("Avis au créancier"),
    "dossier_refused": gettext_noop("Avis au créancier"),
    "injonction_offered": gettext_noop("Avis au créancier"),
    "dossier_settled": gettext_noop("Avis au créancier"),
    "l126_record": gettext_noop("Procès-verbal de non-contestation"),
    "commandement_requested": gettext_noop("Avis à l’étude"),
    "commandement_served": gettext_noop("Avis au créancier"),
    "commandement_contested": gettext_noop("Avis au créancier"),
    "clerk_title_issued": gettext_noop("Avis au créancier"),
    "dossier_closed": gettext_noop("Avis au créancier"),
}
# That a message waits is no news beside the message itself.
TOLD_BY_THE_WORD = ("word_to_office", "word_to_creditor")
ICONS = {
    "letter_posted": "letter",
    "message_sent": "send",
    "payment_added": "euro",
    "call_noted": "phone",
    "manager_named": "user",
    "debtor_answered": "user",
    "record_agreement": "check",
    "refused": "alert",
    "accept": "check",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history: a date with content can be opened, one without can't (ATR-73)."""

    at: datetime
    label: str
    text: str
    by: str
    icon: str
    tone: str
    documents: list[dict[str, str]] = field(default_factory=list)


def history(dossier: Dossier, *, document_page: str, with_words: bool = False) -> list[Happening]:
    """Everything that happened on every channel, newest first, its papers behind the audience's own door.

    The words between creditor and office are shown to them only: `with_words` says that they look.
    """
    papers = {str(m.pk): m for m in Message.objects.about(dossier.pk).select_related("document")}
    told = [
        _happening(event, papers, document_page)
        for event in dossier.events.order_by("-seq")
        if event.detail.get("letter") not in TOLD_BY_THE_WORD
    ]
    if not with_words:
        return told
    said = [_word(word, document_page) for word in dossier.thread.prefetch_related("files__document")]
    return sorted(told + said, key=lambda fact: fact.at, reverse=True) if said else told


def _word(word: ThreadMessage, document_page: str) -> Happening:
    papers = [file.document for file in word.files.all()]
    return Happening(
        at=word.created_at,
        label=_("Message de l’étude") if word.voice == Voice.OFFICE else _("Message du créancier"),
        text=word.text,
        by=word.author,
        icon="message",
        tone="",
        documents=[{"name": paper.name, "url": reverse(document_page, args=[paper.pk])} for paper in papers],
    )


def _happening(event: Event, papers: dict[str, Message], document_page: str) -> Happening:
    message = papers.get(event.detail.get("message", ""))
    paper = message.document if message else None
    documents = [{"name": paper.name, "url": reverse(document_page, args=[paper.pk])}] if paper else []
    tone = "danger" if event.kind in ("refused", "message_failed", "refuse") else ""
    return Happening(
        at=event.at,
        label=label_of(event),
        text=_text(event),
        by=event.actor,
        icon=ICONS.get(event.kind, ""),
        tone=tone,
        documents=documents,
    )


def label_of(event: Event) -> str:
    """What happened, in a few words."""
    filed = event.kind == "message_sent" and event.detail.get("channel") == "file"
    label = _("Classé au dossier") if filed else _(LABELS.get(event.kind, event.kind))
    letter = event.detail.get("letter")
    return f"{_(LETTERS.get(letter, letter))} : {label.lower()}" if letter else label


def _text(event: Event) -> str:
    detail = event.detail
    parts = [
        detail.get("reason", ""),
        " ".join(detail.get("reasons", [])),
        detail.get("name", ""),
        detail.get("text", ""),
    ]
    if answer := detail.get("answer"):
        parts.append(f"« {AnswerKind(answer).label} » ({Means(detail['means']).label})")
    if kind := detail.get("of"):
        parts.append(" – ".join(word for word in (str(HoldKind(kind).label), detail.get("item", "")) if word))
    if day := detail.get("on"):
        parts.append(_("le %(day)s") % {"day": date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT")})
    if number := detail.get("number"):
        parts.append(f"n° {number}")
    if gross := detail.get("gross"):
        parts.append(gross.replace(".", ","))
    if event.kind == "message_failed":
        parts.append(detail.get("detail", ""))
    return " ".join(part for part in parts if part)
