"""What an office says of itself: insurance, third-party account, letterhead, signature."""

from django.db import models

from core import crypto
from core.constraints import both_or_neither
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
