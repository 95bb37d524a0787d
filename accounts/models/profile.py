"""Changes of what identifies a creditor and of where its money goes: asked, decided by somebody else, kept."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.person import Creditor, User
from core import crypto
from core.constraints import both_or_neither, one_of
from documents.models import Document
from tenants.models import Brand


def _label(name: str) -> str:
    return gettext(str(getattr(Creditor._meta.get_field(name), "verbose_name", name)).capitalize())


class Decision(models.TextChoices):
    WAITING = "waiting", _("En attente")
    APPROVED = "approved", _("Acceptée")
    REFUSED = "refused", _("Refusée")


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def waiting(self) -> "ChangeRequestQuerySet":
        return self.filter(state=Decision.WAITING)


class ChangeRequest(models.Model):
    """A creditor asks support to correct what identifies it (CRE-29); the values before and after are kept for ever."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="change_requests")
    before = models.JSONField("valeurs d’alors", default=dict)
    after = models.JSONField("valeurs demandées", default=dict)
    explanation = models.TextField("explication")
    state = models.CharField("état", max_length=8, choices=Decision.choices, default=Decision.WAITING)
    requested_by = models.CharField("demandé par", max_length=120)
    requested_by_key = models.BigIntegerField()
    requested_at = models.DateTimeField("demandé le")
    decided_by = models.CharField("décidé par", max_length=120, null=True)  # noqa: DJ001  paired with decided_at
    decided_at = models.DateTimeField("décidé le", null=True)
    reason = models.CharField("motif", max_length=500, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de modification"
        verbose_name_plural = "demandes de modification"
        ordering = ["-requested_at", "-pk"]
        constraints = [
            one_of("state", Decision, name="change_request_state_known"),
            both_or_neither(
                "decided_at", "decided_by", name="change_decision_has_author", message="Une décision a un auteur."
            ),
            models.CheckConstraint(
                condition=Q(state=Decision.WAITING, decided_at__isnull=True)
                | (~Q(state=Decision.WAITING) & Q(decided_at__isnull=False) & ~Q(reason="")),
                name="change_decision_has_reason",
                violation_error_message="Une décision a une date et un motif.",
            ),
            models.UniqueConstraint(
                "creditor", condition=Q(state=Decision.WAITING), name="one_change_request_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creditor} {self.requested_at:%Y-%m-%d}"

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Field by field, in words: what it was and what is asked."""
        return [
            {"label": _label(name), "before": self.before.get(name, ""), "after": value}
            for name, value in self.after.items()
        ]


class ChangeRequestPaper(models.Model):
    """A proof joined to a request: an extract of the register, minutes."""

    request = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="papers")
    creditor = models.ForeignKey(Creditor, models.PROTECT)
    document = models.ForeignKey(Document, models.PROTECT)

    class Meta:
        verbose_name = "pièce d’une demande"
        verbose_name_plural = "pièces d’une demande"

    def __str__(self) -> str:
        return self.document.name


class PayoutAccountQuerySet(models.QuerySet["PayoutAccount"]):
    def in_force(self, now: Any) -> "PayoutAccount | None":
        """The account to pay to now: the newest that a second person confirmed and whose day of rest is over."""
        return self.filter(state=Decision.APPROVED, effective_at__lte=now).order_by("-effective_at", "-pk").first()

    def waiting(self) -> "PayoutAccountQuerySet":
        return self.filter(state=Decision.WAITING)


class PayoutAccount(models.Model):
    """Where recovered money goes. One person proposes, another confirms, and a day passes before it serves (S13)."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="payout_accounts")
    holder = models.CharField("titulaire", max_length=160)
    iban_sealed = models.CharField(max_length=300)
    iban_last4 = models.CharField(max_length=4)
    bic = models.CharField("BIC", max_length=11)
    state = models.CharField("état", max_length=8, choices=Decision.choices, default=Decision.WAITING)
    proposed_by = models.CharField("proposé par", max_length=120)
    proposer = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("proposé le")
    decided_by = models.CharField("décidé par", max_length=120, null=True)  # noqa: DJ001  paired with decided_at
    decider = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("décidé le", null=True)
    effective_at = models.DateTimeField("sert à partir du", null=True)

    objects = PayoutAccountQuerySet.as_manager()

    class Meta:
        verbose_name = "compte de versement"
        verbose_name_plural = "comptes de versement"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            one_of("state", Decision, name="payout_state_known"),
            both_or_neither(
                "decided_at", "decided_by", name="payout_decision_has_author", message="Une décision a un auteur."
            ),
            models.CheckConstraint(
                condition=Q(decider__isnull=True) | ~Q(decider=F("proposer")),
                name="payout_four_eyes",
                violation_error_message="Une autre personne doit confirmer.",
            ),
            models.CheckConstraint(
                condition=~Q(state=Decision.APPROVED)
                | Q(decider__isnull=False, decided_at__isnull=False, effective_at__isnull=False),
                name="payout_approved_by_somebody",
            ),
            models.UniqueConstraint(
                "creditor", condition=Q(state=Decision.WAITING), name="one_payout_proposal_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return f"•••• {self.iban_last4}"

    def seal(self, iban: str) -> None:
        """Keep the IBAN so that only this creditor's row can give it back."""
        self.iban_sealed = crypto.encrypt(iban, place=f"payout_account:{self.creditor_id}")
        self.iban_last4 = iban[-4:]

    def iban(self) -> str:
        """The IBAN in clear, for the bank's file only."""
        return crypto.decrypt(self.iban_sealed, place=f"payout_account:{self.creditor_id}")
