import secrets
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor, User
from core import clock
from core.constraints import one_of
from core.money import Money
from core.statements import ask
from dossiers.enums import ENDED, Origin, Phase
from dossiers.models.debtor import Debtor
from tenants.models import Brand, Currency, Office

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that a reader could take for something else


def new_reference() -> str:
    """A reference that tells nothing about how many dossiers there are, nor whose."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


class DossierQuerySet(models.QuerySet["Dossier"]):
    def open(self) -> "DossierQuerySet":
        return self.exclude(phase__in=[*ENDED, Phase.DRAFT])

    def newest_first(self) -> "DossierQuerySet":
        return self.order_by("-created_at", "-pk")


class Dossier(models.Model):
    """A claim entrusted for recovery: one creditor, one debtor, its financial items and all that happens.

    `phase`, `events_count` and `events_head` are written by dossiers.journal only.
    """

    reference = models.CharField(_("référence"), max_length=9, unique=True, default=new_reference)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)
    creditor = models.ForeignKey(
        Creditor, models.PROTECT, related_name="dossiers", verbose_name=_("créancier"), db_index=False
    )
    subsidiary = models.ForeignKey(
        Creditor, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("filiale")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="dossiers", verbose_name=_("étude"), db_index=False
    )
    manager = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("gestionnaire"))
    debtor = models.ForeignKey(Debtor, models.PROTECT, null=True, related_name="dossiers", verbose_name=_("débiteur"))
    phase = models.CharField(_("phase"), max_length=24, choices=Phase.choices, default=Phase.DRAFT)
    currency = models.CharField(_("devise"), max_length=3, choices=Currency.choices, default=Currency.EUR)
    creditor_reference = models.CharField(_("votre référence"), max_length=60, blank=True)
    origin = models.CharField(_("origine"), max_length=12, choices=Origin.choices, default=Origin.INVOICE)
    comments = models.TextField(_("commentaires"), blank=True)
    policy_number = models.CharField(_("numéro de police"), max_length=40, blank=True)
    claim_reference = models.CharField(_("référence sinistre"), max_length=40, blank=True)
    is_attested = models.BooleanField(_("créance licite, certaine et actuelle"), default=False)
    created_at = models.DateTimeField(_("créé le"), default=clock.now)
    events_count = models.PositiveIntegerField(default=0)
    events_head = models.CharField(max_length=64, blank=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        indexes = [
            models.Index("creditor", F("created_at").desc(), F("id").desc(), name="dossiers_of_creditor"),
            models.Index("office", F("created_at").desc(), F("id").desc(), name="dossiers_of_office"),
        ]
        constraints = [
            models.UniqueConstraint("creditor", "id", name="dossier_of_creditor"),
            models.UniqueConstraint(
                "creditor",
                "creditor_reference",
                condition=~Q(creditor_reference=""),
                name="creditor_reference_once",
                violation_error_message=_("Vous avez déjà un dossier avec cette référence."),
            ),
            one_of("phase", Phase, name="dossier_phase_known"),
            one_of("currency", Currency, name="dossier_currency_known"),
            one_of("origin", Origin, name="dossier_origin_known"),
            models.CheckConstraint(
                condition=Q(phase__in=[Phase.DRAFT, Phase.CLOSED]) | Q(debtor__isnull=False, office__isnull=False),
                name="filed_dossier_has_debtor_and_office",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("dossier", args=[self.reference])

    @property
    def zone(self) -> ZoneInfo:
        """Where its terms end at midnight: the office's place, before that the brand's."""
        return self.office.zone if self.office else self.brand.zone

    @property
    def is_draft(self) -> bool:
        return self.phase == Phase.DRAFT

    @property
    def is_ended(self) -> bool:
        return self.phase in ENDED

    def balance(self) -> Money:
        """Invoices less credit notes and payments, in the dossier's currency."""
        return Money(balances([self.pk]).get(self.pk, Decimal(0)), self.currency)


BALANCES = """
SELECT dossier_id, sum(CASE WHEN kind = 'invoice' THEN gross ELSE -gross END)
FROM dossiers_item WHERE dossier_id = ANY(%s) GROUP BY dossier_id
"""


def balances(keys: Iterable[int]) -> dict[int, Decimal]:
    """Invoices less credit notes and payments, of each dossier that has items, by one query."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [list(keys)])
        return dict(cursor.fetchall())


FACES = """
SELECT dossier.id, coalesce(nullif(debtor.company, ''), trim(concat_ws(' ', debtor.first_name, debtor.last_name))),
  trim(concat_ws(' ', debtor.postcode, debtor.town)),
  coalesce((SELECT sum(CASE WHEN kind = 'invoice' THEN gross ELSE -gross END)
    FROM dossiers_item item WHERE item.dossier_id = dossier.id), 0)
FROM dossiers_dossier dossier LEFT JOIN dossiers_debtor debtor ON debtor.id = dossier.debtor_id
WHERE dossier.id = ANY(%s)
"""


RESULTS = FACES.replace(
    "trim(concat_ws(' ', debtor.postcode, debtor.town))",
    "concat_ws(', ', nullif(debtor.street, ''), nullif(debtor.complement, ''),"
    " nullif(trim(concat_ws(' ', debtor.postcode, debtor.town)), ''))",
)


def results(keys: Iterable[int]) -> dict[int, tuple[str, str, Decimal]]:
    """As `faces`, with the debtor's whole address on one line."""
    return {key: (name, address, owed) for key, name, address, owed in ask(RESULTS, [list(keys)])}


def faces(keys: Iterable[int]) -> dict[int, tuple[str, str, Decimal]]:
    """The debtor's name (empty while there is none), her postcode and town, and the balance of each dossier."""
    return {key: (name, place, owed) for key, name, place, owed in ask(FACES, [list(keys)])}
