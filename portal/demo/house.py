"""The demo's houses around their dossiers: colleagues, a request, a proposal, a convention, options, an office's page."""

from datetime import date, datetime, timedelta

from allauth.mfa.totp.internal.auth import TOTP

from accounts import conventions, partners
from accounts.models import ChangeRequest, Creditor, Membership, OfficeProfile, Partner, PayoutAccount, User
from accounts.models.log_in import LOCAL, SignInPortal
from accounts.people import invite
from accounts.portal_twin import CLIENT_ID, CLIENT_SECRET
from accounts.roles import Role
from accounts.sharing import share
from dossiers import threads
from dossiers.enums import Phase
from dossiers.models import Voice
from portal.context_processors import DEMO_PASSWORD, DEMO_TOTP
from tenants.models import Brand, ConventionText, Office, OptionClause, Policy, ServiceOption

CONVENTION = """Objet. Le créancier confie à l’opérateur le recouvrement de ses factures impayées, à l’amiable d’abord, devant le juge ensuite s’il le décide.

Honoraires. Ils se calculent sur les sommes recouvrées, et sur elles seules. Il n’y a ni frais fixes ni droit d’entrée.

Volume. Le créancier n’est tenu d’envoyer aucune créance.

Durée. La convention vaut un an et se reconduit d’année en année, sauf dénonciation au plus tard un mois avant son terme. Deux rappels le disent.

Prise en charge. Un dossier complet est pris en charge sous vingt-quatre heures ; son suivi se lit le lendemain de chaque acte."""
NOT_OURS = (
    "L’acheminement dépend d’opérateurs que nous ne maîtrisons pas : nous mettons en œuvre les moyens nécessaires, sans"
    " promettre de délai. Une limite légale ou un retard de l’opérateur n’ouvre pas droit à remboursement. Une maintenance"
    " peut suspendre l’envoi : les messages attendent et partent à la reprise."
)
CONTENT = "Vous répondez seul du contenu, et ne réclamez que des factures licites, non équivoques et actuelles."
CLAUSES = {
    ServiceOption.MAIL: "Impression, mise sous pli, affranchissement et dépôt de vos courriers, à partir de vos fichiers PDF ou"
    " Word, ou de courriers que nous préparons et que vous validez avant tout envoi.",
    ServiceOption.CARD: "Des liens de paiement par carte, envoyés par courriel ou SMS. Ce qui est encaissé vous est reversé le 5 du"
    " mois ; un paiement rejeté vous est signalé et repris.",
    ServiceOption.WATCH: "Nous suivons les procédures collectives de vos clients en relance, ou de toute votre base. Chaque client"
    " est connu par son RIDET, et vos données nous parviennent chaque jour.",
    ServiceOption.UPKEEP: "Nous vérifions l’identifiant, les téléphones et les adresses de vos clients dans les annuaires officiels.",
    ServiceOption.SMS: f"Messages de 160 signes, ou plusieurs. {NOT_OURS} {CONTENT}",
    ServiceOption.EMAIL: f"Courriels sans limite de longueur, avec un lien de paiement si vous le demandez. {NOT_OURS} {CONTENT}",
    ServiceOption.PHONE: f"Appels le jour choisi, aux heures ouvrables, chacun suivi d’un court compte rendu. {NOT_OURS} {CONTENT}",
}  # fmt: skip


def open_partner(now: datetime) -> None:
    """A distributor, who brought two of the house's creditors."""
    brand = Brand.objects.get(slug="credicys")
    partner = Partner.objects.create(
        brand=brand, name="Réseau Lemoine", code="LEM2026A", created_at=now - timedelta(days=200)
    )
    support = User.objects.get(email="support@demo.fr")
    person = {"email": "distributeur@demo.fr", "first_name": "Paule", "last_name": "Lemoine"}
    member = partners.enrol(partner, **person, by=support, now=now)
    member.user.set_password(DEMO_PASSWORD)
    member.user.save(update_fields=["password"])
    TOTP.activate(member.user, DEMO_TOTP)
    for creditor in Creditor.objects.filter(brand=brand).order_by("pk")[:2]:
        made = partners.introduce(creditor, partner, now=now - timedelta(days=120))
        made.completed_at, made.first_dossier_at = now - timedelta(days=119), now - timedelta(days=90)
        made.save()


def open_portal() -> None:
    """The twin's: whoever has an account of the demo may come in by it."""
    portal = SignInPortal(
        brand=Brand.objects.get(slug="credicys"), slug="atrium-demo", label="Atrium (démonstration)", issuer=LOCAL,
        client_id=CLIENT_ID, domains="demo.fr",
    )  # fmt: skip
    portal.seal(CLIENT_SECRET)
    portal.save()


def furnish(now: datetime) -> None:
    """All of it, once, on top of the brands, offices and creditors that are there."""
    _published()
    creditor = Creditor.objects.get(company="Menuiserie Martin")
    owner = creditor.memberships.select_related("user").earliest("pk").user
    _colleagues(creditor, owner, now)
    _requests(creditor, owner, now)
    _words(creditor, owner, now)
    for office in Office.objects.all():
        profile = OfficeProfile(office=office, brand_id=office.brand_id, insurer="Mutuelle des officiers ministériels")
        profile.insurance_number, profile.insured_until_on = f"RCP-{office.pk:05d}", now.date() + timedelta(days=300)
        profile.letterhead = f"{office.commissaire}, commissaire de justice"
        profile.save()


def _published() -> None:
    """Numeriq wants a convention first; Relance offers its seven options."""
    numeriq, relance = Brand.objects.get(slug="numeriq"), Brand.objects.filter(slug__startswith="relance-")
    day = date(2026, 1, 1)
    for brand in Brand.objects.all():
        ConventionText.objects.create(brand=brand, version="2026-1", published_on=day, text=CONVENTION)
    Policy.objects.create(
        brand=numeriq, name="convention_required", value=True, valid_from=day, proposed_by="A. Support", proposer_key=-1,
        proposed_at=datetime.combine(day, datetime.min.time()).astimezone(), approved_by="B. Support", approver_key=-2,
        approved_at=datetime.combine(day, datetime.min.time()).astimezone(),
    )  # fmt: skip
    for brand in relance:
        for option, text in CLAUSES.items():
            OptionClause.objects.create(brand=brand, option=option, version="2026-1", published_on=day, text=text)


def _colleagues(creditor: Creditor, owner: User, now: datetime) -> None:
    for email, first, last, role in (
        ("comptable@demo.fr", "Hélène", "Caron", Role.ACCOUNTANT), ("stagiaire@demo.fr", "Théo", "Blanc", Role.READER),
    ):  # fmt: skip
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, None, first_name=first, last_name=last
        )
        Membership.objects.create(user=user, creditor=creditor, brand=creditor.brand, role=role)
    invite(creditor, email="nadia@menuiserie.example", role=Role.FILER, by=owner, now=now)
    share(creditor, recipient="Cabinet Lemoine, avocats", days=30, dossier_id=None, by=owner, now=now)


WORDS = (
    (Voice.CREDITOR, "Le débiteur m’a téléphoné : il propose de payer la moitié cette semaine. Faut-il attendre ?"),
    (Voice.OFFICE, "Non, la lettre suit son cours ; déclarez la somme dès qu’elle est reçue, elle sera déduite."),
    (Voice.OFFICE, "Pouvez-vous joindre le bon de livraison signé ? Il nous servira si le débiteur conteste."),
)


def _words(creditor: Creditor, owner: User, now: datetime) -> None:
    """A question, its answer, and something still to read on each side."""
    filed = creditor.dossiers.exclude(phase=Phase.DRAFT).select_related("office", "creditor").order_by("pk")
    first, second = filed[:2]
    assert first.office is not None  # filed dossiers have one
    clerk = first.office.members.select_related("user").earliest("pk").user
    threads.entrust(first, clerk, by=f"{clerk} (étude)", now=now)
    names = {Voice.CREDITOR: f"{owner} (créancier)", Voice.OFFICE: f"{clerk} (étude)"}
    for rank, (voice, text) in enumerate(WORDS):
        at = now - timedelta(hours=9 - rank * 3)
        said = threads.write(first, text=text, files=[], voice=voice, by=names[voice], now=at)
        if rank < 2:
            other = Voice.CREDITOR if voice == Voice.OFFICE else Voice.OFFICE
            threads.read(first, voice=other, until=said.pk, by=names[other], now=at + timedelta(hours=1))
    text = "La facture de ce dossier sera bientôt suivie d’une seconde, du même client."
    threads.write(second, text=text, files=[], voice=Voice.CREDITOR, by=names[Voice.CREDITOR], now=now)


def _requests(creditor: Creditor, owner: User, now: datetime) -> None:
    ChangeRequest.objects.create(
        brand=creditor.brand, creditor=creditor, before={"street": creditor.street}, after={"street": "14 rue de la République"},
        explanation="Nous avons déménagé au numéro 14.", requested_by=str(owner), requested_by_key=owner.pk, requested_at=now,
    )  # fmt: skip
    account = PayoutAccount(
        brand=creditor.brand, creditor=creditor, holder=creditor.name, bic="AGRIFRPPXXX", proposer=owner, proposed_by=str(owner),
        proposed_at=now,
    )  # fmt: skip
    account.seal("FR7630006000011234567890189")
    account.save()
    conventions.take_plan(creditor, by=str(owner), now=now, on=now.date())
