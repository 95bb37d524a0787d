"""What people who have no account, or are not content, write to support: each with a receipt and a state."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import both_or_neither, one_of
from tenants.models import Brand

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class ContactKind(models.TextChoices):
    AUDIT = "audit", _("Rendez-vous pour un audit")
    COMPLAINT = "complaint", _("Réclamation")
    ACCESS = "access", _("Accès à mes données")


class ContactState(models.TextChoices):
    RECEIVED = "received", _("Reçue")
    TAKEN = "taken", _("En cours de traitement")
    ANSWERED = "answered", _("Réponse donnée")


def receipt_number() -> str:
    """A number that tells nothing about how many there are."""
    return "R-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class Contact(models.Model):
    """A request for an audit, or a complaint; followed by whoever holds its receipt."""

    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name="marque")
    kind = models.CharField("nature", max_length=10, choices=ContactKind.choices)
    number = models.CharField("numéro", max_length=12, unique=True, default=receipt_number)
    token_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField("nom", max_length=120)
    email = models.EmailField()
    phone = models.CharField("téléphone", max_length=30, blank=True)
    company = models.CharField("société", max_length=160, blank=True)
    dossier_reference = models.CharField("référence du dossier", max_length=12, blank=True)
    wished_on = models.DateField("jour souhaité", null=True)
    text = models.TextField("message")
    created_at = models.DateTimeField("reçu le")
    state = models.CharField("état", max_length=8, choices=ContactState.choices, default=ContactState.RECEIVED)
    taken_by = models.CharField("pris en charge par", max_length=120, blank=True)
    answer = models.TextField("réponse", blank=True)
    answered_by = models.CharField("répondu par", max_length=120, null=True)  # noqa: DJ001  paired with answered_at
    answered_at = models.DateTimeField("répondu le", null=True)

    class Meta:
        verbose_name = "demande ou réclamation"
        verbose_name_plural = "demandes et réclamations"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("kind", ContactKind, name="contact_kind_known"),
            one_of("state", ContactState, name="contact_state_known"),
            both_or_neither("answered_at", "answered_by", name="answer_has_author", message="Une réponse a un auteur."),
            models.CheckConstraint(
                condition=~Q(state=ContactState.ANSWERED) | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="answered_has_answer",
                violation_error_message="Écrivez la réponse.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"
