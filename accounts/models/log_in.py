from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.module_loading import import_string

from accounts.devices import device_of
from accounts.models.person import User
from core import crypto
from tenants.models import Brand

LOCAL = "local"  # the twin of demonstrations (settings.PORTAL_TWIN_URL)


class LoginPolicy(models.Model):
    """What a brand asks at log-in beyond the ordinary; without a row, nothing (ATR-04, ATR-05)."""

    brand = models.OneToOneField(Brand, models.PROTECT, related_name="login_policy", verbose_name="marque")
    password_days = models.PositiveSmallIntegerField(
        "mot de passe valable (jours)", default=0, help_text="0 : il n’expire pas."
    )
    has_secret_question = models.BooleanField(
        "question secrète", default=False, help_text="Y répondre ouvre « mot de passe oublié »."
    )

    class Meta:
        verbose_name = "règle de connexion"
        verbose_name_plural = "règles de connexion"

    def __str__(self) -> str:
        return str(self.brand)


def https_issuer(value: str) -> None:
    """An issuer is asked for secrets: over https, or on this machine while it is worked on."""
    if not value.startswith("https://") and not (settings.DEBUG and (value == LOCAL or value.startswith("http://"))):
        raise ValidationError("Donnez l’adresse de l’émetteur, en https://.")


class SignInPortal(models.Model):
    """A portal of somebody else that a brand lets its people come in by (OpenID Connect, ATR-02).

    It may answer only for addresses of its own domains; it opens accounts that exist, and makes none.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="sign_in_portals", verbose_name="marque")
    slug = models.SlugField("nom dans l’adresse", max_length=40)
    label = models.CharField("nom sur le bouton", max_length=60, help_text="« Se connecter avec … »")
    issuer = models.CharField("émetteur (issuer)", max_length=200, validators=[https_issuer])
    client_id = models.CharField("client_id", max_length=200)
    secret_sealed = models.CharField(max_length=600)
    domains = models.CharField(
        "domaines", max_length=400, help_text="Domaines des adresses dont il peut répondre, séparés par des espaces."
    )
    is_open = models.BooleanField("ouvert", default=True)

    class Meta:
        verbose_name = "portail de connexion"
        verbose_name_plural = "portails de connexion"
        constraints = [models.UniqueConstraint("brand", "slug", name="one_portal_per_address")]

    def __str__(self) -> str:
        return self.label

    @property
    def place(self) -> str:
        return f"sign_in_portal:{self.brand_id}:{self.slug}"

    def seal(self, secret: str) -> None:
        """Keep the client secret so that only this portal's row can give it back."""
        self.secret_sealed = crypto.encrypt(secret, place=self.place)

    def secret(self) -> str:
        return crypto.decrypt(self.secret_sealed, place=self.place)

    def answers_for(self, email: str) -> bool:
        """Whether the address is of one of its domains, exactly: no domain below or above."""
        name, at, domain = email.lower().rpartition("@")
        return bool(name and at) and domain in self.domains.lower().split()


class SecretQuestion(models.Model):
    """A question that its owner chose, and a hash of her answer; kept only where the brand asks for it."""

    user = models.OneToOneField(User, models.CASCADE, related_name="secret_question")
    question = models.CharField("question", max_length=120)
    answer_hash = models.CharField(max_length=128)

    class Meta:
        verbose_name = "question secrète"
        verbose_name_plural = "questions secrètes"

    def __str__(self) -> str:
        return str(self.user)


class OpenSession(AbstractBaseSession):
    """A browser that is logged in, or on its way to be; found by the hash of the cookie that it holds."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    ip = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)
    is_new_device = models.BooleanField(default=False, db_default=False)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = "session ouverte"
        verbose_name_plural = "sessions ouvertes"

    def __str__(self) -> str:
        return f"{self.user} {self.device}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")

    @property
    def device(self) -> str:
        """« Firefox, Windows », as far as the browser says it."""
        return device_of(self.agent)
