from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from stdnum.fr import siren as siren_check
from stdnum.luhn import calc_check_digit

from accounts.models import BankAccount, Creditor, Membership, OfficeMembership, User
from accounts.services import Completion, complete_registration
from core import clock
from core.actors import Actor, Side
from core.crypto import decrypt
from core.roles import as_migrator
from documents.pdf import to_pdf
from dossiers.models import Debtor, Dossier, Item
from dossiers.services import add_item, identify_debtor, open_draft
from mandates.models import Mode
from mandates.services import Choice, needs_mandate, prepare, sign
from notifications.models import Message
from notifications.relay import dispatch_next
from notifications.services import record_posting
from payments.services import announce, charge
from portal.context_processors import DEMO_ACCOUNTS, DEMO_PASSWORD, DEMO_TOTP
from portal.demo import house, world
from procedures import services
from procedures.legal_texts import AMIABLE_TEXTS, PSRPC_TEXTS
from procedures.models import LegalText
from signatures.codes import Signer, Way, send_code
from tenants.models import Brand, Office, Terms

IBANS = ("FR1420041010050500013M02606", "FR7630006000011234567890189")
SPECIMEN = (
    "Ce texte tient la place de l’article officiel dans la démonstration. Avant tout envoi réel, le support saisit"
    " ici le texte en vigueur, copié de Légifrance."
)
# How far each sample dossier goes, in days before today; each word is one thing that happens.
SAMPLES: tuple[tuple[str, dict[str, float]], ...] = (
    ("draft", {}),
    ("submitted", {"file": 0.4}),
    ("submitted", {"file": 3}),
    ("refused", {"file": 6, "refuse": 5}),
    ("to post", {"file": 2, "accept": 1}),
    ("amiable", {"file": 9, "accept": 8, "post": 7}),
    ("amiable", {"file": 14, "accept": 13, "post": 12}),
    ("psrpc to post", {"file": 24, "accept": 23, "post": 22, "lapse": 3}),
    ("psrpc", {"file": 40, "accept": 39, "post": 38, "lapse": 19, "post again": 18}),
    ("offered", {"file": 75, "accept": 74, "post": 73, "lapse": 55, "post again": 54, "lapse again": 12}),
    (
        "requested",
        {
            "file": 90,
            "accept": 89,
            "post": 88,
            "lapse": 70,
            "post again": 69,
            "lapse again": 25,
            "request": 20,
        },
    ),
    ("settled", {"file": 30, "accept": 29, "post": 28, "pay": 20}),
)


class Command(BaseCommand):
    help = "Remplit une base vide de la démonstration : marques, études, créanciers, dossiers à chaque étape."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("La démonstration ne se verse pas dans une base de production.")
        as_migrator()
        if not Brand.objects.exists():
            self._fill()
        self.stdout.write(f"Comptes de démonstration (mot de passe : {DEMO_PASSWORD})")
        for label, email in DEMO_ACCOUNTS:
            self.stdout.write(f"  {label} : {email}")

    @transaction.atomic
    def _fill(self) -> None:
        """All of it or nothing: a demo that was interrupted starts again from an empty base."""
        self.now = clock.now()
        self._houses()
        for creditor in self._creditors():
            self._dossiers(creditor)
        house.furnish(self.now)
        house.open_partner(self.now)

    # --- houses and people ---------------------------------------------------------------------------------
    def _houses(self) -> None:
        for slug, fields in world.BRANDS.items():
            brand = Brand.objects.create(slug=slug, **fields)
            Terms.objects.create(brand=brand, version="2026-1", published_on=date(2026, 1, 1), text=world.CGU)
        house.open_portal()
        for slug, name, commissaire, street, postcode, town, court, email in world.OFFICES:
            brand = Brand.objects.get(slug=slug)
            office = Office.objects.create(
                brand=brand, name=name, commissaire=commissaire, street=street, postcode=postcode, town=town,
                court_of_appeal=court, email=email, phone="04 72 00 00 00", time_zone=brand.time_zone,
            )  # fmt: skip
            clerk = _user(email, "Mme", *commissaire.removeprefix("Me ").split(" ", 1))
            OfficeMembership.objects.create(user=clerk, office=office, brand=brand)
            TOTP.activate(clerk, DEMO_TOTP)
        support = _user("support@demo.fr", "M", "Adrien", "Support")
        User.objects.filter(pk=support.pk).update(is_staff=True, is_superuser=True)
        TOTP.activate(support, DEMO_TOTP)
        for article in (*AMIABLE_TEXTS, *PSRPC_TEXTS):
            LegalText.objects.create(
                article=article,
                valid_from=date(2020, 1, 1),
                text=SPECIMEN,
                source="démonstration",
                is_specimen=True,
            )

    def _creditors(self) -> list[Creditor]:
        made: dict[str, Creditor] = {}
        for rank, (slug, email, person, company, form, street, postcode, town, parent) in enumerate(world.CREDITORS):
            brand = Brand.objects.get(slug=slug)
            civility, first_name, last_name = person
            user = User.objects.filter(email=email).first() or _user(email, civility, first_name, last_name)
            creditor = Creditor.objects.create(
                brand=brand, parent=made.get(parent or ""), civility=civility, first_name=first_name, last_name=last_name,
                company=company, legal_form=form, street=street, **_number(slug, rank),
                postcode=postcode, town=town, email=email, created_at=self.now - timedelta(days=120),
            )  # fmt: skip
            creditor.is_commercant = creditor.commercial_by_form()
            creditor.save(update_fields=["is_commercant"])
            Membership.objects.create(user=user, creditor=creditor, brand=brand)
            self._complete(creditor, person, IBANS[rank % 2])
            made[company] = creditor
        return list(made.values())

    def _complete(self, creditor: Creditor, person: tuple[str, str, str], iban: str) -> None:
        at = self.now - timedelta(days=119)
        names = {
            "signatory_civility": person[0],
            "signatory_first_name": person[1],
            "signatory_last_name": person[2],
        }
        terms = Terms.objects.get(brand=creditor.brand)
        account = complete_registration(creditor, Completion(names, iban, "PSSTFRPPXXX", terms, None), now=at)
        if needs_mandate(creditor.brand):
            self._mandate(creditor, account, at)
            self._fees(creditor, at)

    def _mandate(self, creditor: Creditor, account: BankAccount, at: datetime) -> None:
        """Signed as a person would: with the code that the outbox holds."""
        mode = Mode.ONE_OFF if creditor.email == "libraire@demo.fr" else Mode.AUTOMATIC
        mandate = prepare(creditor, Choice(account, mode), now=at)
        user = User.objects.get(email=creditor.email)
        facts = {"ip": "127.0.0.1", "user_agent": "démonstration"}
        signer = Signer(
            f"user:{user.pk}", user.get_full_name(), "demo", email=user.email, identity="démonstration", facts=facts
        )
        challenge = send_code(mandate.unsigned, signer, Way("email", user.email), now=at)
        sealed = Message.objects.get(key=f"signature-code-{challenge.pk}").payload["code"]
        code = decrypt(sealed, place=f"challenge:{challenge.pk}")
        sign(mandate, signer, user=user, code=code, shown=mandate.unsigned.sha256, now=at)

    def _fees(self, creditor: Creditor, at: datetime) -> None:
        """Fees, of which the demo's worker announces the collection within the hour."""
        for rank, (label, amount) in enumerate(
            (("Ouverture de dossiers, août", "36.00"), ("Ouverture de dossiers, septembre", "54.00"))
        ):
            due_on = (at + timedelta(days=30 * (rank + 1))).date()
            charge(creditor, key=f"demo-{rank}", label=label, amount=Decimal(amount), due_on=due_on, now=at)
        announce(creditor, now=self.now)

    # --- dossiers ------------------------------------------------------------------------------------------
    def _dossiers(self, creditor: Creditor) -> None:
        main = creditor.email == "creancier@demo.fr"
        samples = SAMPLES if main else SAMPLES[1:6:2]
        for rank, (_name, steps) in enumerate(samples):
            self._dossier(creditor, rank + creditor.pk, steps)

    def _dossier(self, creditor: Creditor, rank: int, steps: dict[str, float]) -> None:
        by = Actor(Side.CREDITOR, f"{creditor.first_name} {creditor.last_name}")
        at = self._day(max(steps.values(), default=1))
        currency = creditor.brand.currency
        dossier = open_draft(
            creditor,
            by=str(by),
            now=at,
            currency=currency,
            creditor_reference=f"CLI-{1000 + rank * 7}",
            is_attested=True,
        )
        identify_debtor(dossier, _debtor(creditor, rank))
        for part in range(1 + rank % 3):
            self._invoice(dossier, rank * 3 + part, by=by, at=at)
        for step, days in steps.items():
            self._step(dossier, step, by=by, at=self._day(days))

    def _invoice(self, dossier: Dossier, rank: int, *, by: Actor, at: datetime) -> None:
        issued_on = at.date() - timedelta(days=60 + rank % 30)
        gross = Decimal(240 + (rank * 173) % 1100) + Decimal("0.40")
        if dossier.currency == "XPF":
            gross = (gross * 119).quantize(Decimal(1))
        number = f"F{issued_on:%Y%m}-{rank:03d}"
        item = Item(
            kind="invoice", number=number, issued_on=issued_on, due_on=issued_on + timedelta(days=30), gross=gross,
            currency=dossier.currency,
        )  # fmt: skip
        paper = to_pdf(f"<h1>Facture {number}</h1><p>{dossier.creditor}</p><p>Total : {gross} {dossier.currency}</p>")
        add_item(dossier, item, file=SimpleUploadedFile(f"{number}.pdf", paper), by=str(by), now=at)

    def _step(self, dossier: Dossier, step: str, *, by: Actor, at: datetime) -> None:
        office = Actor(Side.OFFICE, "Claire Morel")
        if step == "file":
            services.submit(dossier, by=by, now=at)
        elif step == "accept":
            services.advance(dossier, "accept", by=office, now=at)
        elif step == "refuse":
            reason = "Joignez le bon de commande signé par le débiteur."
            services.advance(dossier, "refuse", by=office, now=at, reason=reason)
        elif step.startswith("post"):
            self._post(dossier, office, at)
        elif step.startswith("lapse"):
            services.advance_overdue(now=at)
        elif step == "request":
            services.advance(dossier, "request_injonction", by=by, now=at)
        elif step == "pay":
            item = Item(
                issued_on=at.date(),
                due_on=at.date(),
                gross=dossier.balance().amount,
                currency=dossier.currency,
            )
            services.declare_payment(dossier, item, file=None, by=by, now=at)
        while dispatch_next(now=at):
            pass

    def _post(self, dossier: Dossier, office: Actor, at: datetime) -> None:
        letter = Message.objects.about(dossier.pk).to_post().get()
        day = at.astimezone(dossier.zone).date()
        number = f"1A 208 {letter.created_at:%d%m} {dossier.pk:04d} 3"
        record_posting(letter, posted_on=day, number=number, by=office, now=at, today=day)

    def _day(self, days_ago: float) -> datetime:
        """Mid-morning of that day: letters are posted after they are printed."""
        return self.now - timedelta(days=days_ago)


def _user(email: str, civility: str, first_name: str, last_name: str) -> User:
    user = User.objects.create_user(email, DEMO_PASSWORD, civility=civility, first_name=first_name, last_name=last_name)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def _siret(rank: int) -> str:
    """A number with good check digits that the demo makes up."""
    siren = f"8{rank:03d}5271"
    siren += calc_check_digit(siren)
    body = f"{siren_check.validate(siren)}0001"
    return body + calc_check_digit(body)


def _number(slug: str, rank: int) -> dict[str, str]:
    """In New Caledonia a company has a RIDET, elsewhere a SIRET."""
    return {"ridet": f"1{rank:03d}527001"} if slug == "relance-nc" else {"siret": _siret(rank)}


def _debtor(creditor: Creditor, rank: int) -> Debtor:
    if creditor.brand.slug == "relance-nc":
        return Debtor(
            company=f"Magasin de la baie {rank}", street="4 rue de Sébastopol", postcode="98800", town="Nouméa",
            territory="NC", is_commercant=True,
        )  # fmt: skip
    if creditor.brand.slug == "numeriq":
        return Debtor(
            kind="natural", civility="Mme", first_name="Nolwenn", last_name=f"Cadiou {rank}", street="3 rue Le Bastard",
            postcode="35000", town="Rennes", is_consumer=True, email=f"nolwenn{rank}@cadiou.example",
        )  # fmt: skip
    if rank % 3 == 2:
        company, street, postcode, town = world.COMPANIES[rank % len(world.COMPANIES)]
        return Debtor(company=company, street=street, postcode=postcode, town=town, siren=_siret(rank + 50)[:9])
    civility, first_name, last_name, street, postcode, town = world.NATURAL[rank % len(world.NATURAL)]
    address = f"{first_name}.{last_name}@courrier.example".lower().replace("è", "e").replace("î", "i").replace("ï", "i")
    return Debtor(
        kind="natural", civility=civility, first_name=first_name, last_name=last_name, street=street, postcode=postcode,
        town=town, is_consumer=True, email=address.replace("é", "e"),
    )  # fmt: skip
