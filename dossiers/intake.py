"""Invoices dropped together: each makes a draft, which a person then confirms. Nothing is filed here."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Creditor
from core.money import Money
from documents.models import Document
from documents.sniffing import Refused
from dossiers import filling, services
from dossiers.enums import AttachmentKind, ItemKind
from dossiers.invoices.content import Invoice, Unreadable
from dossiers.invoices.reading import invoice_of
from dossiers.models import Debtor, Dossier, InvoiceDrop, Item
from dossiers.services import Locked

MOST_FILES = 20
LOCK = 5_001  # with the creditor's key: two drops of one creditor follow each other, so neither misses a duplicate
MADE, JOINED, TO_TYPE, KNOWN, REFUSED = "made", "joined", "to_type", "known", "refused"


class NotTaken(ValueError):
    """This file makes no draft; the message says why and what to do."""

    def __init__(self, sentence: str, *, state: str = REFUSED, reference: str = "") -> None:
        super().__init__(sentence)
        self.state, self.reference = state, reference


@dataclass(slots=True)
class Outcome:
    """What became of one file, in words; `notes` are what its person should look at before filing."""

    name: str
    state: str = REFUSED
    sentence: str = ""
    reference: str = ""
    number: str = ""
    debtor: str = ""
    amount: str = ""
    is_addressed: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    """One file as it came, with what its invoice says once read."""

    upload: UploadedFile
    content: bytes
    outcome: Outcome
    invoice: Invoice | None = None


@dataclass(slots=True)
class _Drop:
    creditor: Creditor
    houses: Sequence[Creditor]
    together: bool
    by: str
    now: datetime
    opened: dict[tuple[str, ...], Dossier] = field(default_factory=dict)


@transaction.atomic
def drop(creditor: Creditor, uploads: Sequence[UploadedFile], *, together: bool, by: str, now: datetime) -> InvoiceDrop:
    """Make what can be made of each file and keep the account of all; one bad file spoils no other.

    With `together`, invoices of one debtor in one currency share a draft. Credit notes come after the invoices.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, creditor.pk % 2**31])
    houses = [creditor, *Creditor.objects.filter(parent=creditor)]
    given = _Drop(creditor, houses, together, by, now)
    files = [_read(upload) for upload in uploads[:MOST_FILES]]
    for file in sorted(files, key=lambda file: bool(file.invoice and file.invoice.is_credit)):
        if not file.outcome.sentence:
            _take(given, file)
    outcomes = [asdict(file.outcome) for file in files]
    return InvoiceDrop.objects.create(creditor=creditor, by=by, at=now, outcomes=outcomes)


def _read(upload: UploadedFile) -> _File:
    file = _File(upload, upload.read(), Outcome(name=(upload.name or "")[:200]))
    try:
        file.invoice = invoice_of(file.content)
    except Unreadable as refusal:
        file.outcome.sentence = str(refusal)
    return file


def _take(given: _Drop, file: _File) -> None:
    """In a savepoint of its own: what a refused file had begun is undone, and its neighbours stay."""
    taken = Outcome(name=file.outcome.name)
    try:
        with transaction.atomic():
            _make(given, file, taken)
    except NotTaken as refusal:
        told = Outcome(file.outcome.name, refusal.state, str(refusal), refusal.reference)
        told.number, told.debtor, told.amount = taken.number, taken.debtor, taken.amount
        file.outcome = told
    except (Refused, Locked) as refusal:
        file.outcome.sentence = str(refusal)
    except DatabaseError:
        file.outcome.sentence = _("Cette facture n’a pas pu être enregistrée. Saisissez-la à la main.")
    else:
        file.outcome = taken


def _make(given: _Drop, file: _File, outcome: Outcome) -> None:
    if file.invoice is None:
        _attach_alone(given, file, outcome)
        return
    invoice = file.invoice
    outcome.number, outcome.debtor = invoice.number, invoice.buyer.name
    outcome.amount = f"{invoice.gross} {invoice.currency}"
    house = _house(given, invoice, outcome)
    _refuse_what_is_not_owed(invoice)
    _refuse_known(given, invoice, outcome)
    if invoice.is_credit:
        _credit(given, file, invoice, outcome)
    else:
        _claim(given, file, invoice, house, outcome)


def _house(given: _Drop, invoice: Invoice, outcome: Outcome) -> Creditor:
    try:
        house, note = filling.house_of(invoice, given.houses)
    except ValueError as error:
        raise NotTaken(str(error)) from error
    outcome.notes += [note] if note else []
    return house


def _refuse_what_is_not_owed(invoice: Invoice) -> None:
    if invoice.currency not in filling.CURRENCIES:
        raise NotTaken(_("La devise « %(code)s » n’est pas prise en charge.") % {"code": invoice.currency[:3]})
    if invoice.is_factored:
        raise NotTaken(_("Cette facture a été cédée à un affactureur : c’est à lui de la recouvrer."))
    if not invoice.is_credit and invoice.prepaid >= invoice.gross:
        raise NotTaken(_("Cette facture se dit déjà réglée : il n’y a rien à recouvrer."))


def _refuse_known(given: _Drop, invoice: Invoice, outcome: Outcome) -> None:
    kind = ItemKind.CREDIT_NOTE if invoice.is_credit else ItemKind.INVOICE
    same = Item.objects.filter(
        creditor=given.creditor, kind=kind, number=invoice.number[:60], currency=invoice.currency
    )
    found = list(same.select_related("dossier").order_by("pk"))
    for item in found:
        if item.gross == invoice.gross:
            sentence = _("Cette facture est déjà dans le dossier %(reference)s : elle n’a pas été ajoutée.")
            reference = item.dossier.reference
            raise NotTaken(sentence % {"reference": reference}, state=KNOWN, reference=reference)
    if found:
        outcome.notes.append(
            _("Le dossier %(reference)s porte une facture du même numéro et d’un autre montant.")
            % {"reference": found[0].dossier.reference}
        )


def _claim(given: _Drop, file: _File, invoice: Invoice, house: Creditor, outcome: Outcome) -> None:
    """A draft with the debtor, the invoice with its paper, and what the invoice says was paid already."""
    key = (*filling.identity(invoice.buyer), invoice.currency, str(house.pk))
    dossier = given.opened.get(key) if given.together else None
    outcome.state, outcome.sentence = JOINED, _("Ajoutée au brouillon du même débiteur.")
    if dossier is None:
        outcome.state, outcome.sentence = MADE, _("Brouillon prêt : relisez-le, puis validez-le.")
        dossier = services.open_draft(
            given.creditor, by=given.by, now=given.now, currency=invoice.currency,
            subsidiary=house if house.pk != given.creditor.pk else None,
        )  # fmt: skip
        debtor, notes = filling.debtor_of(invoice.buyer)
        outcome.notes += notes
        if debtor:
            services.identify_debtor(dossier, debtor)
    item, notes = filling.item_of(invoice, today=given.now.astimezone(given.creditor.brand.zone).date())
    outcome.notes += notes
    services.add_item(dossier, item, file=_paper(file, invoice), by=given.by, now=given.now)
    if invoice.prepaid > 0:
        services.add_item(dossier, filling.prepaid_of(invoice), file=None, by=given.by, now=given.now)
        paid = Money(invoice.prepaid, invoice.currency).format_fr()
        outcome.notes.append(_("Un acompte de %(amount)s est déduit : vérifiez son jour.") % {"amount": paid})
    given.opened[key] = dossier
    outcome.reference, outcome.is_addressed = dossier.reference, _is_addressed(dossier)


def _is_addressed(dossier: Dossier) -> bool:
    """Whether a letter could reach the debtor of the draft; else her step is the one to go on with."""
    debtor = Debtor.objects.filter(dossiers=dossier).first()
    return bool(debtor and debtor.street and debtor.postcode and debtor.town)


def _credit(given: _Drop, file: _File, invoice: Invoice, outcome: Outcome) -> None:
    """A credit note lowers the draft of the invoice that it corrects; a filed dossier waits for a person."""
    corrected = (
        Item.objects.filter(
            creditor=given.creditor, kind=ItemKind.INVOICE, number__in=invoice.preceding, currency=invoice.currency
        )
        .select_related("dossier")
        .order_by("-pk")
        .first()
    )
    if corrected is None:
        raise NotTaken(_("C’est un avoir, et la facture qu’il corrige n’est dans aucun dossier. Déposez-les ensemble."))
    dossier = corrected.dossier
    if not dossier.is_draft:
        sentence = _(
            "C’est un avoir sur la facture %(number)s du dossier %(reference)s, déjà transmis :"
            " joignez-le aux pièces de ce dossier et prévenez son gestionnaire."
        )
        names = {"number": corrected.number, "reference": dossier.reference}
        raise NotTaken(sentence % names, reference=dossier.reference)
    item, notes = filling.item_of(invoice, today=None)
    services.add_item(dossier, item, file=_paper(file, invoice), by=given.by, now=given.now)
    outcome.state, outcome.reference, outcome.is_addressed = JOINED, dossier.reference, True
    outcome.sentence = _("Avoir déduit de la facture %(number)s.") % {"number": corrected.number}
    outcome.notes += notes


def _attach_alone(given: _Drop, file: _File, outcome: Outcome) -> None:
    """A plain PDF or image: kept in a draft of its own, whose fields are left to type."""
    known = Document.objects.filter(creditor_id=given.creditor.pk, sha256=filling.fingerprint(file.content))
    keys = known.exclude(dossier_id=None).values_list("dossier_id", flat=True)
    if earlier := Dossier.objects.filter(creditor=given.creditor, pk__in=keys).first():
        sentence = _("Ce fichier est déjà dans le dossier %(reference)s : il n’a pas été ajouté.")
        names = {"reference": earlier.reference}
        raise NotTaken(sentence % names, state=KNOWN, reference=earlier.reference)
    dossier = services.open_draft(given.creditor, by=given.by, now=given.now, currency=given.creditor.brand.currency)
    services.attach(dossier, _again(file), kind=AttachmentKind.INVOICE, by=given.by, now=given.now)
    outcome.state, outcome.reference = TO_TYPE, dossier.reference
    outcome.sentence = _("Ce fichier ne contient pas de facture électronique : il est joint, saisissez ses champs.")


def _paper(file: _File, invoice: Invoice) -> UploadedFile:
    """What a reader opens: the PDF itself, or the one inside the XML, else the XML."""
    if invoice.readable.startswith(b"%PDF-"):
        return SimpleUploadedFile(f"{invoice.number}.pdf", invoice.readable)
    return _again(file)


def _again(file: _File) -> UploadedFile:
    return SimpleUploadedFile(file.upload.name or "document", file.content)
