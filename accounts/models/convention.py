"""What a creditor has agreed to: the convention, options one by one, a distributor's yearly subscription."""

from datetime import date

from django.db import models
from django.db.models import Q

from accounts.models.person import Creditor
from core.constraints import both_or_neither, in_order, one_of
from documents.models import Document
from tenants.models import Brand, ConventionText, Currency, OptionClause


class ConventionQuerySet(models.QuerySet["Convention"]):
    def running(self, on: date) -> "ConventionQuerySet":
        """Signed, and its term is not passed."""
        return self.filter(signed_at__isnull=False, term_on__gte=on)


class Convention(models.Model):
    """The collection convention between the brand and a creditor: a year, renewed tacitly, without any volume (NUM-25 to NUM-29).

    `term_on` is its last day; a renewal moves it by a year, a denunciation lets it end.
    """

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="conventions")
    text = models.ForeignKey(ConventionText, models.PROTECT)
    unsigned = models.ForeignKey(Document, models.PROTECT, related_name="+")
    signed = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("signée le", null=True)
    signed_by = models.CharField("signée par", max_length=120, null=True)  # noqa: DJ001  paired with signed_at
    evidence = models.JSONField(default=dict)
    starts_on = models.DateField("commence le", null=True)
    term_on = models.DateField("dernier jour", null=True)
    renewals = models.PositiveSmallIntegerField("reconductions", default=0)
    denounced_at = models.DateTimeField("dénoncée le", null=True)
    denounced_by = models.CharField("dénoncée par", max_length=120, null=True)  # noqa: DJ001  paired with denounced_at
    created_at = models.DateTimeField("établie le")

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention de recouvrement"
        verbose_name_plural = "conventions de recouvrement"
        ordering = ["-created_at", "-pk"]
        constraints = [
            both_or_neither(
                "signed_at", "signed_by", name="convention_has_signatory", message="Une signature a un auteur."
            ),
            both_or_neither(
                "signed_at", "term_on", name="convention_has_term", message="Une convention signée a un terme."
            ),
            both_or_neither(
                "denounced_at", "denounced_by", name="denunciation_has_author", message="Une dénonciation a un auteur."
            ),
            in_order("starts_on", "term_on", name="convention_ends_after_start", message="Le terme précède le début."),
            models.UniqueConstraint("creditor", condition=Q(signed_at=None), name="one_convention_to_sign"),
        ]

    def __str__(self) -> str:
        return f"{self.creditor} {self.text.version}"


class OptionSubscription(models.Model):
    """The acceptance of one version of the clauses of one option (REL-65)."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="subscriptions")
    clause = models.ForeignKey(OptionClause, models.PROTECT)
    accepted_by = models.CharField("acceptée par", max_length=120)
    accepted_at = models.DateTimeField("acceptée le")
    ended_by = models.CharField("arrêtée par", max_length=120, null=True)  # noqa: DJ001  paired with ended_at
    ended_at = models.DateTimeField("arrêtée le", null=True)

    class Meta:
        verbose_name = "option souscrite"
        verbose_name_plural = "options souscrites"
        ordering = ["-accepted_at", "-pk"]
        constraints = [
            both_or_neither("ended_at", "ended_by", name="option_end_has_author", message="Un arrêt a un auteur."),
            models.UniqueConstraint("creditor", "clause", condition=Q(ended_at=None), name="one_living_acceptance"),
        ]

    def __str__(self) -> str:
        return f"{self.creditor} {self.clause}"


class Subscription(models.Model):
    """A distributor's yearly plan, unlimited, from date to date (NUM-23); the price is that of the day it was taken."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="plans")
    net = models.DecimalField("prix hors taxe", max_digits=12, decimal_places=2)
    currency = models.CharField("devise", max_length=3, choices=Currency.choices)
    starts_on = models.DateField("du")
    term_on = models.DateField("au")
    taken_by = models.CharField("souscrit par", max_length=120)
    taken_at = models.DateTimeField("souscrit le")

    class Meta:
        verbose_name = "abonnement"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            one_of("currency", Currency, name="plan_currency_known"),
            models.CheckConstraint(condition=Q(net__gte=0, net__lt=100_000), name="plan_price_in_bounds"),
            in_order("starts_on", "term_on", name="plan_ends_after_start", message="Le terme précède le début."),
            models.UniqueConstraint("creditor", "starts_on", name="one_plan_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.creditor} {self.starts_on}"
