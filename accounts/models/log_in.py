from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.module_loading import import_string

from accounts.devices import device_of
from accounts.models.person import User
from tenants.models import Brand


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
