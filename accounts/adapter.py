"""allauth sends nothing itself: its mails become messages of the outbox."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from accounts import factors, log_in
from accounts.models import User
from accounts.outside import BoundedSession
from accounts.services import send_activation, write_link
from core import clock, crypto

RECENT_SECONDS = 300
BY_PORTAL = "socialaccount"  # allauth's word for who came in by somebody else's portal


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
        """Only these columns: the application's login may write no other of a person."""
        user.set_password(password)
        user.password_changed_at = clock.machine_now()
        user.save(update_fields=["password", "password_changed_at"])

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just proved who she is isn't asked again for five minutes."""
        records = get_authentication_records(context.request, context.request.user)
        now = clock.machine_now().timestamp()
        own = (record for record in records if record["method"] != BY_PORTAL)  # what guards the account is ours to ask
        return not any(now - record["at"] < RECENT_SECONDS for record in own)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted for a log-in, and apart for each browser that its owner has used before."""
        login = str(credentials.get("email", "")).lower()
        return f"{login}:{log_in.device_of(request, login)}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log_in.note_failure(request, str(credentials.get("email", "")))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # our own page registers the creditor along with the person


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed at rest; offices and support can't go without one."""

    PLACE = "second-factor"

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text, place=self.PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text, place=self.PLACE)

    def get_totp_issuer(self) -> str:
        return str(context.request.brand.name)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": str(context.request.brand.name)}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return factors.may_go(authenticator)


class PortalsAdapter(DefaultSocialAccountAdapter):
    """Portals stand in our own walled table, and none makes an account (accounts.portals)."""

    def get_requests_session(self) -> BoundedSession:
        return BoundedSession()

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        return []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False
