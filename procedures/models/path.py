from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.calendar import Period, add_period, lapses_at
from core.constraints import in_order, one_of
from core.money import Money
from dossiers.models import Dossier
from procedures.terms import Term

PENDING = Q(settled_at=None)


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def overdue(self, now: datetime) -> "DeadlineQuerySet":
        return self.filter(PENDING, lapses_at__lte=now).order_by("lapses_at", "pk")

    def pending(self) -> "DeadlineQuerySet":
        return self.filter(PENDING)


class Deadline(models.Model):
    """The instant at which a silence becomes a transition, with the text that explains it.

    `strict_on` is the day without the carry-over of CPC 642 where the law is not settled: what favours the
    platform's side is done by it, what goes against the debtor only after `due_on`.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="deadlines")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=40)
    transition = models.CharField(max_length=40)
    started_on = models.DateField()
    strict_on = models.DateField()
    due_on = models.DateField()
    lapses_at = models.DateTimeField()
    derivation = models.CharField(max_length=500)
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)  # moved, refused, cancelled

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        indexes = [models.Index("lapses_at", "id", condition=PENDING, name="pending_deadlines")]
        constraints = [models.UniqueConstraint("dossier", condition=PENDING, name="one_pending_deadline")]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"

    @classmethod
    def open(cls, dossier: Dossier, transition: str, term: Term) -> "Deadline":
        """Start a term; the whole of its last day belongs to the debtor, on the office's own clock."""
        return cls.objects.create(
            dossier=dossier,
            creditor_id=dossier.creditor_id,
            kind=term.kind,
            transition=transition,
            started_on=term.start_on,
            strict_on=term.raw_on,
            due_on=term.due_on,
            lapses_at=lapses_at(term.due_on, dossier.zone),
            derivation=term.derivation,
        )


class AnswerKind(models.TextChoices):
    """What a debtor may say; the first three are those of the procédure simplifiée (CPCE R125-2, R125-5)."""

    ACCEPT = "accept", _("J’accepte de participer à la procédure")
    REFUSE = "refuse", _("Je refuse de participer à la procédure")
    REFUSE_TERMS = "refuse_terms", _("Je refuse le montant ou les modalités proposés")
    CONTEST = "contest", _("Je conteste cette somme")
    PAID = "paid", _("J’ai déjà payé")
    TIME = "time", _("Je demande du temps")
    DIFFICULTY = "difficulty", _("Je suis en difficulté : surendettement, procédure collective")
    DECEASED = "deceased", _("La personne est décédée")


class Means(models.TextChoices):
    """How an answer came in: acceptance has its form or émargement, refusal any means (CPCE R125-2)."""

    ONLINE = "online", _("Espace en ligne")
    POST = "post", _("Formulaire reçu par la poste")
    SIGNATURE = "signature", _("Émargement à l’étude")
    OTHER = "other", _("Autre moyen (téléphone, courriel, visite)")


class AnswerQuerySet(models.QuerySet["Answer"]):
    def acceptances(self) -> "AnswerQuerySet":
        return self.filter(kind=AnswerKind.ACCEPT)


class Answer(models.Model):
    """What the debtor said, by which means, received on which day; never changed afterwards."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="answers")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(_("réponse"), max_length=12, choices=AnswerKind.choices)
    means = models.CharField(_("moyen"), max_length=10, choices=Means.choices)
    text = models.TextField(_("précisions"), max_length=4000, blank=True)
    received_on = models.DateField(_("reçue le"))
    recorded_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    evidence = models.JSONField(default=dict)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse du débiteur"
        verbose_name_plural = "réponses du débiteur"
        ordering = ["created_at", "pk"]
        constraints = [
            one_of("kind", AnswerKind, name="answer_kind_known"),
            one_of("means", Means, name="answer_means_known"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class OfferQuerySet(models.QuerySet["Offer"]):
    def current(self) -> "Offer | None":
        """The last one: a newer offer replaces those before it."""
        return self.order_by("-pk").first()


class Offer(models.Model):
    """An amount and its terms, on which both must agree within the month (CPCE R125-4, R125-5).

    A day of agreement is the day on which that side said yes. The law gives no acceleration on a missed
    instalment: the number missed and the days of notice are written in the agreement itself.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="offers")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    instalments = models.PositiveSmallIntegerField(_("nombre de versements"))
    first_on = models.DateField(_("premier versement le"))
    missed_instalments = models.PositiveSmallIntegerField(default=2)
    notice_days = models.PositiveSmallIntegerField(default=15)
    made_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    debtor_agreed_on = models.DateField(null=True)
    creditor_agreed_on = models.DateField(null=True)
    creditor_agreed_by = models.CharField(max_length=120, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition d’accord"
        verbose_name_plural = "propositions d’accord"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(instalments__gte=1, instalments__lte=24), name="offer_is_payable"
            )
        ]

    def __str__(self) -> str:
        return f"{self.total} en {self.instalments}"

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_agreed(self) -> bool:
        return bool(self.debtor_agreed_on and self.creditor_agreed_on)

    @property
    def agreed_on(self) -> date | None:
        """The day on which the second of the two said yes."""
        if self.debtor_agreed_on and self.creditor_agreed_on:
            return max(self.debtor_agreed_on, self.creditor_agreed_on)
        return None

    def schedule(self) -> list[tuple[date, Money]]:
        """Each day of payment with its sum, a month apart; together they are the whole amount."""
        days = [add_period(self.first_on, Period(months=number)) for number in range(self.instalments)]
        return list(zip(days, self.total.split(self.instalments), strict=True))


class LegalText(models.Model):
    """The wording of an article between two days, entered by an operator from the official source.

    A specimen stands in for it in the demo only and is printed as such.
    """

    article = models.CharField("article", max_length=40)
    valid_from = models.DateField("en vigueur du")
    valid_to = models.DateField("au", null=True, blank=True)
    text = models.TextField("texte")
    source = models.CharField("source", max_length=200)
    is_specimen = models.BooleanField("spécimen de démonstration", default=False)

    class Meta:
        verbose_name = "texte officiel"
        verbose_name_plural = "textes officiels"
        ordering = ["article", "-valid_from"]
        constraints = [
            models.UniqueConstraint("article", "valid_from", name="one_wording_per_day"),
            in_order("valid_from", "valid_to", name="text_valid_in_order", message="La fin précède le début."),
        ]

    def __str__(self) -> str:
        return f"{self.article} ({self.valid_from:%d/%m/%Y})"
