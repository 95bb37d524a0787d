"""What an office says of itself: insurance, third-party account, letterhead, signature."""

from django.db import models
from django.db.models import F, Q

from core import crypto
from core.constraints import both_or_neither, one_of
from documents.models import Document
from tenants.models import Brand, Office


class OfficeProfile(models.Model):
    """The office's own page. Its name and its court of appeal stand on Office, and are changed by support."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    office = models.OneToOneField(Office, models.PROTECT, related_name="profile")
    insurer = models.CharField("assureur de responsabilité", max_length=120, blank=True)
    insurance_number = models.CharField("numéro de police", max_length=60, blank=True)
    insured_until_on = models.DateField("assuré jusqu’au", null=True)
    third_party_bank = models.CharField("banque du compte de tiers", max_length=120, blank=True)
    third_party_iban_sealed = models.CharField(max_length=300, blank=True)
    third_party_last4 = models.CharField(max_length=4, blank=True)
    third_party_bic = models.CharField("BIC du compte de tiers", max_length=11, blank=True)
    letterhead = models.TextField("en-tête des lettres", blank=True)
    signature = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+", verbose_name="signature")
    changed_by = models.CharField("modifié par", max_length=120, null=True)  # noqa: DJ001  paired with changed_at
    changed_at = models.DateTimeField("modifié le", null=True)

    class Meta:
        verbose_name = "fiche d’étude"
        verbose_name_plural = "fiches d’étude"
        constraints = [
            both_or_neither(
                "changed_at", "changed_by", name="office_change_has_author", message="Un changement a un auteur."
            ),
        ]

    def __str__(self) -> str:
        return str(self.office)

    @property
    def third_party_masked(self) -> str:
        return f"•••• {self.third_party_last4}" if self.third_party_last4 else ""

    def seal_third_party(self, iban: str) -> None:
        """Keep the IBAN so that only this office's row can give it back."""
        self.third_party_iban_sealed = crypto.encrypt(iban, place=f"third_party:{self.office_id}")
        self.third_party_last4 = iban[-4:]

    def third_party_iban(self) -> str:
        """The IBAN in clear, for the bank's file only."""
        return crypto.decrypt(self.third_party_iban_sealed, place=f"third_party:{self.office_id}")


class IcsState(models.TextChoices):
    WAITING = "waiting", "À confirmer"
    IN_FORCE = "in_force", "En vigueur"
    REPLACED = "replaced", "Remplacé"
    REFUSED = "refused", "Écarté"


class OfficeIcs(models.Model):
    """The SEPA creditor identifier under which an office collects itself: proposed by one person, confirmed by another."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    office = models.ForeignKey(Office, models.PROTECT, related_name="identifiers")
    ics = models.CharField("ICS", max_length=35)
    state = models.CharField("état", max_length=8, choices=IcsState.choices, default=IcsState.WAITING)
    proposed_by = models.CharField("proposé par", max_length=120)
    proposer_key = models.BigIntegerField()
    proposed_at = models.DateTimeField("proposé le")
    decided_by = models.CharField("décidé par", max_length=120, null=True)  # noqa: DJ001  paired with decided_at
    decider_key = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField("décidé le", null=True)

    class Meta:
        verbose_name = "ICS d’étude"
        verbose_name_plural = "ICS d’études"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            one_of("state", IcsState, name="ics_state_known"),
            both_or_neither(
                "decided_at", "decided_by", name="ics_decision_has_author", message="Une décision a un auteur."
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "replaced"])
                | (Q(decider_key__isnull=False) & ~Q(decider_key=F("proposer_key"))),
                name="ics_four_eyes",
                violation_error_message="Une autre personne doit confirmer.",
            ),
            models.UniqueConstraint("office", condition=Q(state="waiting"), name="one_ics_waiting_an_office"),
            models.UniqueConstraint("office", condition=Q(state="in_force"), name="one_ics_in_force_an_office"),
            models.UniqueConstraint("ics", condition=Q(state="in_force"), name="an_ics_is_of_one_office"),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.ics}"
