"""allauth sends nothing itself: its mails become messages of the outbox."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.models import User
from accounts.services import send_activation, write_link
from core import clock


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Only password recovery writes; to an address without an account nothing is written."""
        user = User.objects.filter(email=email.lower()).first()
        if user and "password_reset_url" in context:
            # Only the path: the host is the brand's own, whatever the request claims.
            path = urlsplit(context["password_reset_url"]).path
            write_link(user, self.request.brand, kind="password_recovery", path=path, now=clock.now())

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """A log-in before activation sends our own link again."""
        send_activation(emailconfirmation.email_address.user, request.brand, now=clock.now())  # type: ignore[attr-defined]

    def set_password(self, user: User, password: str) -> None:
        """Only that column: the application's login may write no other of a person."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # our own page registers the creditor along with the person
