from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q

from core.constraints import both_or_neither, one_of


class Territory(models.TextChoices):
    """Which procedure and which calendar hold where the debtor lives (law.md 4.2 to 4.4)."""

    FR = "FR", "Métropole"
    ALSACE_MOSELLE = "ALSACE-MOSELLE", "Alsace-Moselle"
    GUADELOUPE = "GUADELOUPE", "Guadeloupe"
    MARTINIQUE = "MARTINIQUE", "Martinique"
    GUYANE = "GUYANE", "Guyane"
    REUNION = "REUNION", "La Réunion"
    MAYOTTE = "MAYOTTE", "Mayotte"
    SAINT_BARTHELEMY = "SAINT-BARTHELEMY", "Saint-Barthélemy"
    SAINT_MARTIN = "SAINT-MARTIN", "Saint-Martin"
    SPM = "SPM", "Saint-Pierre-et-Miquelon"
    NC = "NC", "Nouvelle-Calédonie"
    PF = "PF", "Polynésie française"
    WF = "WF", "Wallis-et-Futuna"
    ABROAD = "ABROAD", "Étranger"


class Currency(models.TextChoices):
    EUR = "EUR", "Euro"
    XPF = "XPF", "Franc CFP"


class BrandQuerySet(models.QuerySet["Brand"]):
    def for_host(self, host: str, *, default: str) -> "Brand | None":
        """The brand that answers at this host, else the default one of this installation."""
        name = host.split(":")[0].lower()
        answers = models.Q(host=name) | models.Q(public_host=name) | models.Q(slug=default)
        found = {name in (brand.host, brand.public_host): brand for brand in self.filter(answers)}
        return found.get(True) or found.get(False)


class Brand(models.Model):
    """A service that the public knows by name: Credicys, Relance NC, a distributor's. The outermost wall."""

    slug = models.SlugField(unique=True)
    host = models.CharField("hôte de l’application", max_length=120, unique=True)
    public_host = models.CharField(
        "hôte du site public", max_length=120, blank=True, help_text="Vide : le site est à la même adresse."
    )
    name = models.CharField("nom", max_length=80)
    site_name = models.CharField("nom du site dans les CGU", max_length=120)
    tagline = models.CharField("devise", max_length=200, blank=True)
    logo_url = models.CharField(max_length=200, blank=True)
    accent = models.CharField("couleur", max_length=7, default="#1f4e79")
    accent_dark = models.CharField("couleur foncée", max_length=7, default="#16395a")
    support_email = models.EmailField("adresse du support")
    support_phone = models.CharField(max_length=30, blank=True)
    sender_email = models.EmailField("expéditeur des courriels")
    postal_address = models.TextField("adresse", blank=True)
    currency = models.CharField("devise", max_length=3, choices=Currency.choices, default=Currency.EUR)
    time_zone = models.CharField("fuseau", max_length=40, default="Europe/Paris")
    language = models.CharField("langue", max_length=5, default="fr")
    territory = models.CharField("territoire", max_length=20, choices=Territory.choices, default=Territory.FR)
    creditor_id_sepa = models.CharField("identifiant créancier SEPA (ICS)", max_length=35, blank=True)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = "marque"
        constraints = [
            models.UniqueConstraint("public_host", condition=~Q(public_host=""), name="one_brand_per_public_host"),
            models.CheckConstraint(
                condition=~Q(public_host=F("host")),
                name="public_host_is_another",
                violation_error_message="Le site public a une autre adresse que l’application, ou aucune.",
            ),
            one_of("currency", Currency, name="brand_currency_known"),
            one_of("territory", Territory, name="brand_territory_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def address_lines(self) -> list[str]:
        return self.postal_address.splitlines()


class OfficeQuerySet(models.QuerySet["Office"]):
    def competent_for(self, court: str, *, brand: Brand) -> "OfficeQuerySet":
        """Offices of the brand that stand in that court of appeal's district (CPCE R125-1) and take files."""
        return self.filter(brand=brand, court_of_appeal=court, is_available=True).order_by("pk")


class Office(models.Model):
    """An étude of commissaires de justice; letters leave in its name, never in the platform's."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="offices", verbose_name="marque")
    name = models.CharField("nom de l’étude", max_length=120)
    commissaire = models.CharField("commissaire de justice", max_length=120)
    street = models.CharField("voie", max_length=120)
    postcode = models.CharField("code postal", max_length=10)
    town = models.CharField("ville", max_length=80)
    email = models.EmailField()
    phone = models.CharField("téléphone", max_length=30)
    court_of_appeal = models.CharField("cour d’appel", max_length=60)
    time_zone = models.CharField("fuseau", max_length=40, default="Europe/Paris")
    is_available = models.BooleanField("prend de nouveaux dossiers", default=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = "étude"
        constraints = [models.UniqueConstraint("brand", "id", name="office_in_brand")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def address_lines(self) -> list[str]:
        return [self.street, f"{self.postcode} {self.town}"]


class Terms(models.Model):
    """A version of the general terms of use, kept for ever: who accepted what can be shown."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="terms", verbose_name="marque")
    version = models.CharField(max_length=20)
    published_on = models.DateField("publiée le")
    text = models.TextField("texte")

    class Meta:
        verbose_name = "conditions générales"
        verbose_name_plural = "conditions générales"
        ordering = ["-published_on", "-pk"]
        constraints = [models.UniqueConstraint("brand", "version", name="one_text_per_version")]

    def __str__(self) -> str:
        return f"{self.brand} {self.version}"


class PolicyName(models.TextChoices):
    CONVENTION_REQUIRED = "convention_required", "convention signée avant le premier dossier (true ou false)"
    SUBSCRIPTION_PRICE = "subscription_price", "abonnement annuel du distributeur, hors taxe (« 120.00 »)"
    FEES_BY_CARD = "fees_by_card", "frais de la plateforme payables aussi par carte (true ou false)"
    TAKE_IN_HOURS = "take_in_hours", "prise en charge d’un dossier, en heures"


class Policy(models.Model):
    """A brand's rule from a day on; one person proposes it and another approves it, and it is never edited."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="policies", verbose_name="marque")
    name = models.CharField("règle", max_length=40, choices=PolicyName.choices)
    value = models.JSONField("valeur")
    valid_from = models.DateField("à partir du")
    proposed_by = models.CharField("proposée par", max_length=120)
    proposer_key = models.BigIntegerField()
    proposed_at = models.DateTimeField("proposée le")
    approved_by = models.CharField("approuvée par", max_length=120, null=True)  # noqa: DJ001  paired with approved_at
    approver_key = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField("approuvée le", null=True)

    class Meta:
        verbose_name = "règle datée"
        verbose_name_plural = "règles datées"
        ordering = ["-valid_from", "-pk"]
        constraints = [
            one_of("name", PolicyName, name="policy_name_known"),
            both_or_neither(
                "approved_at", "approved_by", name="approval_has_author", message="Une approbation a un auteur."
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True)
                | (Q(approver_key__isnull=False) & ~Q(approver_key=F("proposer_key"))),
                name="policy_four_eyes",
                violation_error_message="Une autre personne doit approuver.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.name} = {self.value} ({self.valid_from})"


class ServiceOption(models.TextChoices):
    """What a creditor may subscribe to, one by one (Relance NC, A to G)."""

    MAIL = "A", "Éditique"
    CARD = "B", "Paiement par carte bancaire"
    WATCH = "C", "Veille des procédures collectives"
    UPKEEP = "D", "Mise à jour de la base client"
    SMS = "E", "Envoi de SMS"
    EMAIL = "F", "Envoi de courriels"
    PHONE = "G", "Appel téléphonique"


class OptionClause(models.Model):
    """A version of the clauses of an option, kept for ever: who accepted what can be shown."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="clauses", verbose_name="marque")
    option = models.CharField(max_length=1, choices=ServiceOption.choices)
    version = models.CharField(max_length=20)
    published_on = models.DateField("publiée le")
    text = models.TextField("texte")

    class Meta:
        verbose_name = "clauses d’une option"
        verbose_name_plural = "clauses des options"
        ordering = ["option", "-published_on", "-pk"]
        constraints = [
            one_of("option", ServiceOption, name="clause_option_known"),
            models.UniqueConstraint("brand", "option", "version", name="one_text_per_option_version"),
        ]

    def __str__(self) -> str:
        return f"{self.get_option_display()} {self.version}"


class ConventionText(models.Model):
    """A version of the brand's collection convention, kept for ever."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="convention_texts", verbose_name="marque")
    version = models.CharField(max_length=20)
    published_on = models.DateField("publiée le")
    text = models.TextField("texte")

    class Meta:
        verbose_name = "texte de convention"
        verbose_name_plural = "textes de convention"
        ordering = ["-published_on", "-pk"]
        constraints = [models.UniqueConstraint("brand", "version", name="one_text_per_convention_version")]

    def __str__(self) -> str:
        return f"{self.brand} {self.version}"
