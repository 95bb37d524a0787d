"""What tests need, in the words of the trade; each says only what matters to the test."""

import email
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import policy
from itertools import count
from pathlib import Path
from typing import Any

import pikepdf
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import people, sharing
from accounts.models import (
    BankAccount,
    ChangeRequest,
    Convention,
    Creditor,
    Introduction,
    Invitation,
    Membership,
    OfficeIcs,
    OfficeMembership,
    OptionSubscription,
    Partner,
    PartnerMembership,
    PayoutAccount,
    ShareLink,
    SignInPortal,
    Subscription,
    TrustedPhone,
    User,
)
from accounts.portal_twin import CLIENT_ID, CLIENT_SECRET
from accounts.roles import Role
from core import clock
from core.actors import Actor
from core.calendar import lapses_at
from core.crypto import decrypt
from documents.models import Document
from documents.services import store
from dossiers import journal, search
from dossiers.enums import ItemKind, Phase
from dossiers.models import (
    ClaimImport,
    Client,
    Debtor,
    Dossier,
    FeedDelivery,
    FeedToken,
    ImportRow,
    Item,
    Publication,
    SavedSearch,
    ThreadFile,
    ThreadMessage,
    Voice,
)
from mandates.models import Mandate, MandateState, Mode
from notifications.models import Message
from notifications.relay import dispatch_next
from payments.models import BankReturn, Batch, CardLine, CardPayment, Collection, Fee
from procedures import insolvency as insolvency_services
from procedures.legal_texts import AMIABLE_TEXTS, L126_TEXTS, PSRPC_TEXTS
from procedures.models import (
    OF_THE_DEBTOR,
    Answer,
    Breaker,
    Deadline,
    Hold,
    Insolvency,
    InsolvencyNotice,
    LegalText,
    Offer,
    Paper,
    PhoneScript,
)
from procedures.terms import compute
from signatures.codes import Signer, Way, send_code
from signatures.deeds import Deed
from signatures.models import Challenge, Signature
from signatures.services import sign
from tenants.models import Brand, ConventionText, Office, OptionClause, Policy, Terms

NUMBERS = count(1)
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
IBAN = "FR1420041010050500013M02606"


def brand(slug: str = "credicys", **fields: Any) -> Brand:
    found = Brand.objects.filter(slug=slug).first()
    if found:
        return found
    values = {
        "slug": slug, "host": f"{slug}.localhost", "name": slug.title(), "site_name": "petitescreances.fr",
        "support_email": f"contact@{slug}.example", "sender_email": f"ne-pas-repondre@{slug}.example",
        "creditor_id_sepa": "FR72ZZZ123456",
    }  # fmt: skip
    made = Brand.objects.create(**(values | fields))
    Terms.objects.create(brand=made, version="1.0", published_on=date(2026, 1, 1), text="Conditions générales.")
    legal_texts()
    return made


def legal_texts() -> None:
    for article in (*AMIABLE_TEXTS, *PSRPC_TEXTS):
        LegalText.objects.get_or_create(
            article=article,
            valid_from=date(2020, 1, 1),
            defaults={"text": "Texte.", "source": "essai", "is_specimen": True},
        )


def l126_open() -> dict[str, Any]:
    """The route of the commandement as if its decree were entered, and the debtor whom it is for."""
    for article in L126_TEXTS:
        LegalText.objects.get_or_create(
            article=article,
            valid_from=date(2026, 1, 1),
            defaults={"text": f"Spécimen de {article}.", "source": "essai"},
        )
    return {"debtor": {"company": "Garage Durand", "is_commercant": True}}


def office(of: Brand | None = None, **fields: Any) -> Office:
    values = {
        "brand": of or brand(), "name": "Étude Morel", "commissaire": "Me Claire Morel", "street": "4 rue de la Bourse",
        "postcode": "69001", "town": "Lyon", "email": "etude@morel.example", "phone": "04 72 00 00 00",
        "court_of_appeal": "Lyon",
    }  # fmt: skip
    return Office.objects.create(**(values | fields))


def creditor(of: Brand | None = None, **fields: Any) -> Creditor:
    n = next(NUMBERS)
    values = {
        "brand": of or brand(), "first_name": "Jeanne", "last_name": "Martin", "company": f"Menuiserie Martin {n}",
        "legal_form": "5499", "siret": "73282932000074", "street": "12 rue de la République", "postcode": "69002",
        "town": "Lyon", "email": f"jeanne{n}@martin.example", "is_commercant": True, "completed_at": LONG_AGO,
    }  # fmt: skip
    made = Creditor.objects.create(**(values | fields))
    if made.completed_at:
        signed_mandate(made)
    return made


def bank_account(of: Creditor) -> BankAccount:
    account = BankAccount(
        creditor=of,
        signatory_civility="Mme",
        signatory_last_name="Martin",
        signatory_first_name="Jeanne",
        bic="PSSTFRPPXXX",
    )
    account.seal(IBAN)
    account.save()
    return account


def signed_mandate(of: Creditor, **fields: Any) -> Mandate:
    paper = store(b"%PDF-", name="Mandat.pdf", media_type="application/pdf", brand=of.brand, creditor_id=of.pk)
    values = {
        "brand": of.brand, "creditor": of, "rum": f"CRD-{of.pk}", "ics": "FR72ZZZ123456", "mode": Mode.AUTOMATIC,
        "state": MandateState.SIGNED, "unsigned": paper, "signed": paper, "signed_at": LONG_AGO,
    }  # fmt: skip
    account = fields.pop("account", None) or bank_account(of)
    return Mandate.objects.create(account=account, **(values | fields))


def signer(of: User, **fields: Any) -> Signer:
    values = {"person": f"user:{of.pk}", "name": of.get_full_name(), "session": "session-1", "email": of.email,
              "identity": "essai", "facts": {"ip": "192.0.2.1", "user_agent": "essai"}}  # fmt: skip
    return Signer(**(values | fields))


def paper(of: Creditor, content: bytes = b"", **fields: Any) -> Document:
    """A paper to sign."""
    values = {"name": "Convention.pdf", "media_type": "application/pdf", "brand": of.brand, "creditor_id": of.pk}
    return store(content or pdf(), **(values | fields))


def signature(of: Creditor, person: User | None = None, now: datetime = LONG_AGO, **fields: Any) -> Signature:
    """A paper signed with its code, as a person would."""
    who, shown = signer(person or user()), paper(of, **fields)
    code = code_of(send_code(shown, who, Way("email", who.email), now=now))
    return sign(Deed(shown, "Convention", "CONV-1", "Je consens.", "1"), who, code=code, shown=shown.sha256, now=now)


def user(**fields: Any) -> User:
    n = next(NUMBERS)
    values = {
        "email": f"personne{n}@exemple.fr",
        "first_name": "Jeanne",
        "last_name": "Martin",
        "password": "x" * 14,
    }
    return User.objects.create_user(**(values | fields))


def member(of: Creditor, role: str = Role.OWNER) -> User:
    person = user()
    Membership.objects.create(user=person, creditor=of, brand=of.brand, role=role)
    return person


def partner(at: Brand, **fields: Any) -> Partner:
    return Partner.objects.create(brand=at, **({"name": "Distributeur Lemoine"} | fields))


def dealer(at: Partner) -> User:
    """Somebody who works at a distributor."""
    person = user(first_name="Paule", last_name="Lemoine")
    PartnerMembership.objects.create(user=person, partner=at, brand=at.brand)
    second_factor(person)
    return person


def introduction(by: Partner, of: Creditor, **fields: Any) -> Introduction:
    values = {"brand": of.brand, "partner": by, "creditor": of, "name": of.name, "created_at": LONG_AGO}
    return Introduction.objects.create(**(values | fields))


def portal(at: Brand, issuer: str = "http://127.0.0.1:1", **fields: Any) -> SignInPortal:
    """A portal that the brand lets its people come in by, with the twin's secret."""
    values = {
        "slug": "atrium",
        "label": "Atrium",
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "domains": "martin.example",
    }
    made = SignInPortal(brand=at, **(values | fields))
    made.seal(CLIENT_SECRET)
    made.save()
    return made


def invitation(of: Creditor, code: str = "", **fields: Any) -> Invitation:
    n = next(NUMBERS)
    values = {
        "brand": of.brand, "creditor": of, "email": f"invite{n}@exemple.fr", "role": Role.READER, "invited_by": "Jeanne",
        "code_hash": people.fingerprint(code or people.new_code()), "created_at": LONG_AGO,
        "expires_at": LONG_AGO + timedelta(days=3650),
    }  # fmt: skip
    return Invitation.objects.create(**(values | fields))


def claim_import(of: Creditor, word: str = "x") -> ClaimImport:
    """Read, and waiting for its person, with one line at fault."""
    paper = store(word.encode(), name=f"{word}.csv", media_type="text/csv", brand=of.brand, creditor_id=of.pk)
    client_base(of, word)
    made = ClaimImport.objects.create(creditor=of, document=paper, by=word, at=LONG_AGO, state="ready", good=0, bad=1)
    ImportRow.objects.create(
        batch=made,
        creditor=of,
        line=2,
        reference=word,
        state="bad",
        cells=[word] * 26,
        faults=[["montant", "amount"]],
        notes=[],
    )
    return made


def client_base(of: Creditor, word: str) -> Client:
    """One client, the sending that brought her, and a token."""
    FeedToken.objects.create(
        brand=of.brand,
        creditor=of,
        label=word,
        token_hash=f"{of.pk}-{next(NUMBERS)}",
        created_by=word,
        created_at=LONG_AGO,
    )
    FeedDelivery.objects.create(
        creditor=of, key=word, sha256="", way="api", at=LONG_AGO, received=1, created=1, changed=0, doubtful=1
    )
    return Client.objects.create(creditor=of, reference=word, name=word, doubts={"phone": word}, changed_at=LONG_AGO)


def share_link(of: Creditor, token: str = "", **fields: Any) -> ShareLink:
    values = {
        "brand": of.brand, "creditor": of, "recipient": "Cabinet Lemoine", "created_by": "Jeanne", "created_at": LONG_AGO,
        "token_hash": sharing.fingerprint(token or f"lien-{next(NUMBERS)}"), "expires_at": LONG_AGO + timedelta(days=3650),
    }  # fmt: skip
    return ShareLink.objects.create(**(values | fields))


def payout_account(of: Creditor, **fields: Any) -> PayoutAccount:
    values = {
        "brand": of.brand, "creditor": of, "holder": of.name, "bic": "PSSTFRPPXXX", "proposed_by": "Jeanne",
        "proposed_at": LONG_AGO,
    }  # fmt: skip
    made = PayoutAccount(**(values | fields | {"proposer": fields.get("proposer") or user()}))
    made.seal(IBAN)
    made.save()
    return made


def change_request(of: Creditor, **fields: Any) -> ChangeRequest:
    values = {
        "brand": of.brand, "creditor": of, "before": {"town": of.town}, "after": {"town": "Villeurbanne"}, "explanation": "Nous avons déménagé.",
        "requested_by": "Jeanne", "requested_by_key": 0, "requested_at": LONG_AGO,
    }  # fmt: skip
    return ChangeRequest.objects.create(**(values | fields))


def convention(of: Creditor) -> Convention:
    """One that waits for its signature."""
    text, _made = ConventionText.objects.get_or_create(
        brand=of.brand, version="1", defaults={"published_on": date(2026, 1, 1), "text": "Convention."}
    )
    paper = of.mandates.get().unsigned
    return Convention.objects.create(brand=of.brand, creditor=of, text=text, unsigned=paper, created_at=LONG_AGO)


def option(of: Creditor) -> OptionSubscription:
    clause, _made = OptionClause.objects.get_or_create(
        brand=of.brand, option="E", version="1", defaults={"published_on": date(2026, 1, 1), "text": "Clauses."}
    )
    return OptionSubscription.objects.create(
        brand=of.brand, creditor=of, clause=clause, accepted_by="Jeanne", accepted_at=LONG_AGO
    )


def plan(of: Creditor) -> Subscription:
    year = {"starts_on": date(2026, 1, 1), "term_on": date(2026, 12, 31)}
    return Subscription.objects.create(
        brand=of.brand, creditor=of, net=Decimal(120), currency="EUR", taken_by="Jeanne", taken_at=LONG_AGO, **year
    )


def clerk(at: Office) -> User:
    person = user(first_name="Claire", last_name="Morel")
    OfficeMembership.objects.create(user=person, office=at, brand=at.brand)
    second_factor(person)
    return person


def trusted_phone(of: User, **fields: Any) -> TrustedPhone:
    """A number that its owner confirmed long ago."""
    values = {"user": of, "number": "+33612345678", "code_hash": "", "asked_at": LONG_AGO, "expires_at": LONG_AGO,
              "confirmed_at": LONG_AGO, "usable_at": LONG_AGO + timedelta(hours=72)}  # fmt: skip
    return TrustedPhone.objects.create(**(values | fields))


TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def second_factor(of: User) -> Authenticator:
    """An application of codes whose key tests know."""
    made: Authenticator = TOTP.activate(of, TOTP_SECRET).instance
    return made


def debtor(of: Creditor, **fields: Any) -> Debtor:
    values = {
        "creditor": of, "kind": "natural", "first_name": "Paul", "last_name": "Durand", "street": "3 place Bellecour",
        "postcode": "69002", "town": "Lyon", "email": "paul@durand.example",
    }  # fmt: skip
    return Debtor.objects.create(**(values | fields))


def item(of: Dossier, gross: str = "1200.00", kind: str = ItemKind.INVOICE, **fields: Any) -> Item:
    values = {
        "dossier": of, "creditor_id": of.creditor_id, "kind": kind, "number": f"F-{next(NUMBERS)}", "issued_on": date(2025, 12, 1),
        "due_on": date(2025, 12, 31), "gross": Decimal(gross), "currency": of.currency,
    }  # fmt: skip
    return Item.objects.create(**(values | fields))


def dossier(
    of: Creditor | None = None, *, phase: str = Phase.DRAFT, balance: str = "1200.00", lapsing_on: date | None = None,
    transition: str = "open_psrpc", **fields: Any,
) -> Dossier:  # fmt: skip
    """A dossier in a phase; with `lapsing_on`, its term ends that day at midnight of its office."""
    owner = of or creditor()
    debtor_fields = fields.pop("debtor", {})
    values = {
        "brand": owner.brand, "creditor": owner, "debtor": debtor(owner, **debtor_fields), "is_attested": True,
        "created_at": LONG_AGO,
    }  # fmt: skip
    if phase != Phase.DRAFT and "office" not in fields:
        values["office"] = Office.objects.filter(brand=owner.brand).first() or office(owner.brand)
    made = Dossier.objects.create(**(values | fields))
    if Decimal(balance):
        item(made, balance)
    journal.append([journal.Entry(made, "opened", phase)], by="essai", at=LONG_AGO)
    search.index(made)
    if lapsing_on:
        Deadline.objects.create(
            dossier=made, creditor_id=made.creditor_id, kind="amiable_wait_15d", transition=transition,
            started_on=lapsing_on, strict_on=lapsing_on, due_on=lapsing_on,
            lapses_at=lapses_at(lapsing_on, made.zone), derivation="essai",
        )  # fmt: skip
    return made


def fee(of: Creditor, amount: str = "120.00", **fields: Any) -> Fee:
    values = {"brand": of.brand, "creditor": of, "key": f"essai-{next(NUMBERS)}", "label": "Ouverture d’un dossier",
              "amount": Decimal(amount), "due_on": date(2026, 1, 31), "created_at": LONG_AGO}  # fmt: skip
    return Fee.objects.create(**(values | fields))


def batch(of: Brand, **fields: Any) -> Batch:
    values = {"brand": of, "message_id": f"REMISE-{next(NUMBERS)}", "ics": "FR72ZZZ123456", "count": 1,
              "amount": Decimal("120.00"), "created_at": LONG_AGO}  # fmt: skip
    return Batch.objects.create(**(values | fields))


def collection(of: Creditor, **fields: Any) -> Collection:
    values = {
        "brand": of.brand, "creditor": of, "mandate": of.mandates.get(), "end_to_end_id": f"E2E-{next(NUMBERS)}",
        "sequence": "RCUR", "amount": Decimal("120.00"), "due_on": date(2026, 3, 2), "state": "released",
        "created_at": LONG_AGO, "announced_at": LONG_AGO,
    }  # fmt: skip
    return Collection.objects.create(**({"batch": batch(of.brand)} | values | fields))


def bank_return(of: Collection, code: str = "AM04", **fields: Any) -> BankReturn:
    values = {"brand": of.brand, "creditor": of.creditor, "collection": of, "message_id": "RETOUR-1", "code": code,
              "amount": of.amount, "booked_on": of.due_on, "imported_at": LONG_AGO}  # fmt: skip
    return BankReturn.objects.create(**(values | fields))


def office_ics(of: Office, ics: str = "FR28ZZZ507689", **fields: Any) -> OfficeIcs:
    """One that waits to be confirmed."""
    values = {
        "brand": of.brand,
        "office": of,
        "ics": ics,
        "proposed_by": "Claire",
        "proposer_key": -1,
        "proposed_at": LONG_AGO,
    }
    return OfficeIcs.objects.create(**(values | fields))


def rule(of: Brand, name: str, value: Any) -> Policy:
    """A rule of the brand in force since long ago."""
    return Policy.objects.create(
        brand=of, name=name, value=value, valid_from=LONG_AGO.date(), proposed_by="A", proposer_key=-1, proposed_at=LONG_AGO,
        approved_by="B", approver_key=-2, approved_at=LONG_AGO,
    )  # fmt: skip


def card_payment(of: Creditor, **fields: Any) -> CardPayment:
    """Fees that a card paid."""
    values = {"brand": of.brand, "creditor": of, "amount": Decimal("120.00"), "currency": "EUR", "state": "paid",
              "asked_by": "Jeanne", "email": "jeanne@exemple.fr", "created_at": LONG_AGO, "expires_at": LONG_AGO,
              "paid_at": LONG_AGO}  # fmt: skip
    made = CardPayment.objects.create(**(values | fields))
    CardLine.objects.create(payment=made, creditor=of, fee=of.fees.first() or fee(of), amount=made.amount)
    return made


def counted() -> CaptureQueriesContext:
    """The statements that a block runs."""
    return CaptureQueriesContext(connection)


def mail_text(path: Path) -> str:
    """The plain text of a mail that left."""
    parsed = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    return str(parsed.get_body(("plain",)).get_content())


def sent_mail(tmp_path: Path, kind: str = "") -> str:
    """The plain text of the last mail, all that waits being sent first; with a kind, only that one is sent."""
    if kind:
        Message.objects.exclude(kind=kind).update(outcome="cancelled")
    while dispatch_next(now=clock.now()):
        pass
    return mail_text(max((tmp_path / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns))


def month(of: Dossier, started_on: date | None = None) -> Deadline:
    """The running month of a posted invitation."""
    return Deadline.open(of, "record_psrpc_silence", compute("psrpc_extended", started_on or LONG_AGO.date()))


def agreement(of: Dossier, text: str = "", **fields: Any) -> Offer:
    """An acceptance and terms on which both sides agreed."""
    said = {"means": "online", "received_on": LONG_AGO.date(), "recorded_by": "le débiteur", "created_at": LONG_AGO}
    Answer.objects.create(dossier=of, creditor_id=of.creditor_id, kind="accept", text=text, **said)
    values = {
        "amount": Decimal("1200.00"), "currency": of.currency, "instalments": 3, "made_by": "le débiteur",
        "first_on": LONG_AGO.date() + timedelta(days=40), "created_at": LONG_AGO, "debtor_agreed_on": LONG_AGO.date(),
        "creditor_agreed_on": LONG_AGO.date(), "creditor_agreed_by": "Jeanne Martin",
    }  # fmt: skip
    return Offer.objects.create(dossier=of, creditor_id=of.creditor_id, **(values | fields))


def hold(of: Dossier, kind: str = "dispute", *, confirmed: bool = False, **fields: Any) -> Hold:
    """Something that sets the dossier aside; as it stands in the table, without what setting it does."""
    values = {"kind": kind, "set_at": LONG_AGO, "set_by": "essai"}
    if confirmed:
        values |= {"state": "confirmed", "proof": "pièce n° 1", "decided_at": LONG_AGO, "decided_by": "essai"}
    return Hold.objects.create(dossier=of, creditor_id=of.creditor_id, **(values | fields))


def breaker(of: Office, transition: str = "open_psrpc", **fields: Any) -> Breaker:
    """A kind of move that the sweep stopped at that office."""
    values = {"failures": 5, "failed_at": LONG_AGO, "stopped_at": LONG_AGO, "office": of, "transition": transition}
    return Breaker.objects.create(**(values | fields))


def script(of: Office, phase: str = Phase.AMIABLE, text: str = "Bonjour.", **fields: Any) -> PhoneScript:
    values = {"office": of, "phase": phase, "text": text, "valid_from": LONG_AGO.date(), "written_by": "essai"}
    return PhoneScript.objects.create(**(values | {"written_at": LONG_AGO} | fields))


def notice(siren: str = "552100554", **fields: Any) -> InsolvencyNotice:
    values = {
        "source": "BODACC", "source_id": f"A2026{next(NUMBERS)}", "siren": siren, "kind": "opening", "received_at": LONG_AGO,
        "nature": "Jugement d’ouverture de liquidation judiciaire", "published_on": date(2026, 3, 1), "raw": {},
        "judgment_on": date(2026, 2, 18), "court": "Tribunal de commerce de Lyon",
    }  # fmt: skip
    return InsolvencyNotice.objects.create(**(values | fields))


def insolvency(of: Dossier, **fields: Any) -> Insolvency:
    """A match that nobody has read yet; as it stands in the table, without the hold that it sets."""
    values = {
        "found_at": LONG_AGO, "due_on": date(2026, 5, 4), "act_by_on": date(2026, 4, 30), "derivation": "essai",
        "relief_due_on": date(2026, 9, 1), "relief_derivation": "essai",
    }  # fmt: skip
    found = fields.pop("notice", None) or notice()
    return Insolvency.objects.create(dossier=of, creditor_id=of.creditor_id, notice=found, **(values | fields))


def give_power(found: Insolvency, *, by: Actor, now: datetime) -> None:
    """The special power, drawn up, read and signed with its code, as the creditor would."""
    found = Insolvency.objects.select_related("dossier").get(pk=found.pk)
    made, who = insolvency_services.draw_up_power(found, now=now), signer(user())
    challenge = send_code(made.document, who, Way("email", who.email), now=now)
    insolvency_services.sign_power(made, who, code=code_of(challenge), shown=made.document.sha256, by=by, now=now)


def code_of(challenge: Challenge) -> str:
    """The code as its mail says it."""
    sealed = Message.objects.get(key=f"signature-code-{challenge.pk}").payload["code"]
    return decrypt(sealed, place=f"challenge:{challenge.pk}")


def paper_to_sign(of: Dossier, kind: str = "power") -> Paper:
    """A paper that waits for its code, as it stands in the table."""
    shown = paper(of.creditor, dossier_id=of.pk, for_debtor=kind in OF_THE_DEBTOR)
    terms = {"version": "essai", "reference": of.reference}
    return Paper.objects.create(
        dossier=of, creditor_id=of.creditor_id, kind=kind, terms=terms, document=shown, created_at=LONG_AGO
    )


def word(of: Dossier, voice: str = Voice.OFFICE, **fields: Any) -> ThreadMessage:
    """A message between creditor and office that nobody has read."""
    values = {"text": "Bonjour.", "author": "Claire Morel", "created_at": LONG_AGO}
    return ThreadMessage.objects.create(
        dossier=of, creditor_id=of.creditor_id, office=of.office, voice=voice, **(values | fields)
    )


def word_with_file(of: Dossier, text: str = "Bonjour.") -> ThreadMessage:
    said = word(of, text=text)
    keys = {"brand": of.brand, "creditor_id": of.creditor_id, "dossier_id": of.pk}
    paper = store(b"%PDF-", name="piece.pdf", media_type="application/pdf", **keys)
    ThreadFile.objects.create(message=said, creditor_id=of.creditor_id, document=paper)
    return said


def publication(of: Dossier, paper: Any) -> Publication:
    """A piece that the debtor may read."""
    return Publication.objects.create(
        dossier=of, creditor_id=of.creditor_id, document=paper, published_by="Claire Morel", published_at=LONG_AGO
    )


def pdf() -> bytes:
    """The smallest honest PDF."""

    with pikepdf.new() as made:
        made.add_blank_page()
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def saved_search(
    creditor: Creditor | None = None, office: Office | None = None, *, user: User | None = None
) -> SavedSearch:
    """A search that somebody of the creditor, or of the office, keeps under a name."""
    owner = user or (member(creditor) if creditor else clerk(office))  # type: ignore[arg-type]
    return SavedSearch.objects.create(
        user=owner, creditor=creditor, office=office, name="À relancer", query="phase=amiable"
    )
