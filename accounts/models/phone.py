from django.db import models
from django.db.models import F, Q
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models.person import User
from core.constraints import in_order
from signatures.codes import masked


class TrustedPhone(models.Model):
    """A mobile number that a person confirmed by a code; it receives codes of signature from `usable_at` on.

    A change is a new row, so that the former number serves until the new one may.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="phones")
    number = PhoneNumberField("téléphone mobile")
    code_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField("code demandé le")
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField("confirmé le", null=True)
    usable_at = models.DateTimeField("sert à signer à partir du", null=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "téléphone confirmé"
        verbose_name_plural = "téléphones confirmés"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, usable_at=None)
                | Q(confirmed_at__isnull=False, usable_at__isnull=False, usable_at__gt=F("confirmed_at")),
                name="confirmed_phone_waits",
                violation_error_message="Un numéro confirmé ne sert pas aussitôt.",
            ),
            in_order(
                "asked_at", "confirmed_at", name="phone_asked_first", message="La confirmation précède la demande."
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def masked(self) -> str:
        """Enough for its owner to recognise it."""
        return masked(str(self.number))
