"""Entry from a portal that the person already uses (ATR-02): OpenID Connect, by brand.

The portal is asked before the transaction of the request opens (`ask`); what it answered is judged inside it
(`person_of`). It opens an account that exists and that its brand knows, for an address of its own domains which it says it
has verified; it never makes an account nor ties one to itself, so that closing a portal leaves nothing behind.
"""

import hmac
import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from requests import RequestException

from accounts import people
from accounts.adapter import BY_PORTAL
from accounts.models import Membership, OfficeMembership, PartnerMembership, SignInPortal, User
from accounts.models.log_in import LOCAL
from accounts.outside import BoundedSession
from accounts.sessions import PORTAL_KEY, SessionStore
from core import clock
from core.audit import note
from tenants.context import Audience, Context, acting_as
from tenants.middleware import brand_at
from tenants.models import Brand

logger = logging.getLogger(__name__)
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384")  # by public key: a secret of ours signs nothing
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
HOUSES = (Membership, OfficeMembership, PartnerMembership)
CLOCK_SKEW = 60
INVITATION = re.compile(r"/invitation/([\w-]+)")  # the page of an invitation, with its code
CLAIMS = {"require": ["iss", "aud", "exp", "iat", "sub", "nonce"]}


class Failure(StrEnum):
    """Why nothing can be believed of a portal's answer."""

    SILENT = "silent"  # away, slow, or answers what no portal answers
    UNPROVED = "unproved"  # the answer is not signed, not for us, or not to what we asked
    HURRIED = "hurried"  # asked too often from one address


# What the person reads; each says what to do next.
SENTENCES = {
    Failure.SILENT: gettext_lazy(
        "%(portal)s ne répond pas pour l’instant. Connectez-vous avec votre adresse et votre mot de passe, ou réessayez dans"
        " quelques minutes."
    ),
    Failure.UNPROVED: gettext_lazy(
        "La réponse de %(portal)s n’a pas pu être vérifiée. Recommencez, ou connectez-vous avec votre mot de passe."
    ),
    "stranger": gettext_lazy(
        "Cette connexion avec %(portal)s a expiré ou a commencé dans un autre navigateur. Recommencez."
    ),
    "nothing": gettext_lazy(
        "%(portal)s n’a pas confirmé votre connexion. Recommencez, ou connectez-vous avec votre mot de passe."
    ),
    "unverified": gettext_lazy(
        "%(portal)s n’a pas vérifié votre adresse. Connectez-vous avec votre mot de passe."
    ),
    "not its own": gettext_lazy(
        "%(portal)s ne peut pas répondre de l’adresse %(email)s. Connectez-vous avec votre mot de passe."
    ),
    "unknown": gettext_lazy(
        "Aucun compte n’existe ici pour %(email)s. Inscrivez-vous avec cette adresse, ou acceptez d’abord votre invitation."
    ),
}  # fmt: skip


class EntryRefused(ValueError):
    """She doesn't come in this way; the message says why and what to do."""


class Unproved(Exception):
    """What the portal says is not proved."""


@dataclass
class Heard:
    """What a portal answered."""

    portal: SignInPortal
    provider: "PortalProvider"
    claims: dict[str, Any] | None = None
    failure: Failure | None = None


# --- allauth's provider, from a row of ours -------------------------------------------------------------------------
class PortalAdapter(OpenIDConnectOAuth2Adapter):
    def __init__(self, request: HttpRequest, provider: "PortalProvider") -> None:
        super().__init__(request, provider.app.provider_id)
        self._provider = provider

    def get_provider(self) -> "PortalProvider":
        return self._provider

    @property
    def openid_config(self) -> dict[str, Any]:
        return self._provider.config


class PortalProvider(OpenIDConnectProvider):
    """State, PKCE and the exchange of the code are allauth's; what the portal publishes of itself is read once."""

    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, portal: SignInPortal) -> None:
        app = SocialApp(
            provider=self.id, provider_id=portal.slug, name=portal.label, client_id=portal.client_id, secret=portal.secret()
        )  # fmt: skip
        super().__init__(request, app=app)
        self.issuer = settings.PORTAL_TWIN_URL if portal.issuer == LOCAL else portal.issuer
        self.config: dict[str, Any] = {}

    def get_oauth2_adapter(self, request: HttpRequest) -> PortalAdapter:
        return PortalAdapter(request, self)


# --- before the transaction ---------------------------------------------------------------------------------------
def ask(request: HttpRequest, provider_id: str) -> Heard | None:
    """What the brand's portal answers to this request; nothing when the brand has no such portal."""
    with acting_as(Context(Audience.PUBLIC)):
        brand = brand_at(request.get_host())
        portal = find(brand, provider_id) if brand else None
        state = _stashed(request, provider_id)
    if portal is None:
        return None
    heard = Heard(portal, PortalProvider(request, portal))
    if not ratelimit.consume(request, action="portal"):
        heard.failure = Failure.HURRIED
        return heard
    try:
        _listen(request, heard, state)
    except RequestException as error:
        heard.failure = Failure.SILENT
        logger.warning("portal without answer: %s (%s)", portal.issuer, type(error).__name__)
    except (Unproved, OAuth2Error, jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        heard.failure = Failure.UNPROVED
        logger.warning("portal not believed: %s (%s)", portal.issuer, type(error).__name__)
    return heard


def open_at(brand: Brand) -> list[SignInPortal]:
    """The portals that a brand lets its people come in by."""
    with acting_as(Context(Audience.PUBLIC, brand=brand.pk)):
        return list(SignInPortal.objects.filter(brand=brand, is_open=True).order_by("label", "pk"))


def find(brand: Brand, slug: str) -> SignInPortal | None:
    return next((portal for portal in open_at(brand) if portal.slug == slug), None)


def _stashed(request: HttpRequest, provider_id: str) -> dict[str, Any] | None:
    """What this browser's session keeps of the entry that begins with this state; it is used up by the view."""
    state_id, key = request.GET.get("state"), request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not state_id or not key:
        return None
    kept = SessionStore(key).get(statekit.STATES_SESSION_KEY, {}).get(state_id)
    return kept[0] if kept and kept[2] == provider_id else None


def _listen(request: HttpRequest, heard: Heard, state: dict[str, Any] | None) -> None:
    provider = heard.provider
    with BoundedSession() as line:
        provider.config = _published(line, provider.issuer)
        code = request.GET.get("code")
        if state is None or not code:
            return
        adapter = provider.get_oauth2_adapter(request)
        client = adapter.get_client(request, provider.app)
        token = client.get_access_token(code, pkce_code_verifier=state["pkce_code_verifier"])
        claims = _proved(line, provider, token["id_token"], nonce=state["data"]["nonce"])
        heard.claims = claims if "email" in claims else _told_beside(line, provider, token["access_token"], claims)


def _json(line: BoundedSession, url: str, **headers: str) -> Any:
    answer = line.get(url, headers=headers)
    answer.raise_for_status()
    return answer.json()


def _published(line: BoundedSession, issuer: str) -> dict[str, Any]:
    """The portal's addresses, as it publishes them: its own, and no less protected than itself."""
    config = _json(line, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if config["issuer"] != issuer:
        raise Unproved("another issuer")
    if any(urlsplit(config[name]).scheme != urlsplit(issuer).scheme for name in ENDPOINTS):
        raise Unproved("an address without protection")
    return dict(config)


def _proved(line: BoundedSession, provider: PortalProvider, id_token: str, *, nonce: str) -> dict[str, Any]:
    """What the token says, signed by the portal's published key, for us, now, and in answer to our question."""
    header = jwt.get_unverified_header(id_token)
    if header["alg"] not in ALGORITHMS:
        raise Unproved("another algorithm")
    keys = jwt.PyJWKSet.from_dict(_json(line, provider.config["jwks_uri"])).keys
    key = next((key for key in keys if key.key_id == header.get("kid")), None)
    if key is None:
        raise Unproved("a key that the portal does not publish")
    claims: dict[str, Any] = jwt.decode(
        id_token, key, algorithms=[header["alg"]], audience=provider.app.client_id, issuer=provider.issuer,
        leeway=CLOCK_SKEW, options=CLAIMS,  # type: ignore[arg-type]
    )  # fmt: skip
    if not hmac.compare_digest(str(claims["nonce"]), nonce):
        raise Unproved("an answer to another question")
    if claims.get("azp", provider.app.client_id) != provider.app.client_id:
        raise Unproved("a token made for another service")
    return claims


def _told_beside(line: BoundedSession, provider: PortalProvider, access: str, claims: dict[str, Any]) -> dict[str, Any]:
    """The address from the portal's page about the person, where the token doesn't hold it: the same person's."""
    told = _json(line, provider.config["userinfo_endpoint"], Authorization=f"Bearer {access}")
    if told["sub"] != claims["sub"]:
        raise Unproved("somebody else")
    return dict(told)


# --- inside it ---------------------------------------------------------------------------------------------------
def person_of(heard: Heard, state: dict[str, Any] | None) -> User:
    """The person that the portal vouches for, if it may open her account; EntryRefused otherwise."""
    claims, portal = heard.claims or {}, heard.portal
    email = str(claims.get("email", "")).strip().lower()
    user = User.objects.filter(email=email).first()
    if state is None:
        raise refusal("stranger", portal)
    if heard.failure or not claims:
        raise refusal(heard.failure or "nothing", portal)
    if claims.get("email_verified") is not True:
        raise refusal("unverified", portal)
    if not portal.answers_for(email):
        raise refusal("not its own", portal, email)
    if user is None or not _may_come_in(portal.brand, user, state.get("next")):
        raise refusal("unknown", portal, email)
    return user


def refusal(why: str, portal: SignInPortal, email: str = "") -> EntryRefused:
    return EntryRefused(SENTENCES[why] % {"portal": portal.label, "email": email})


def _may_come_in(brand: Brand, user: User, page: str | None) -> bool:
    """A brand's portal opens accounts of its brand; support never comes in by somebody else's door."""
    return not user.is_staff and (_is_known_at(brand, user) or _is_invited_to(brand, user, page))


def _is_known_at(brand: Brand, user: User) -> bool:
    return any(kind.objects.filter(user=user, brand=brand).exists() for kind in HOUSES)


def _is_invited_to(brand: Brand, user: User, page: str | None) -> bool:
    """Whether she is on her way to an invitation of this brand, made to her."""
    invited = INVITATION.fullmatch(page or "")
    if not invited:
        return False
    try:
        return people.find(invited[1], brand=brand, now=clock.now()).email == user.email
    except people.InvitationUnusable:
        return False


def enter(request: Any, user: User, heard: Heard, state: dict[str, Any]) -> HttpResponse:
    """The same way in as with a password: activation, second factor, session, notice of a new device."""
    if request.user.is_authenticated:
        get_adapter().logout(request)
    request.session[PORTAL_KEY] = heard.portal.brand_id
    note("connexion par portail", f"user:{user.pk}", by=str(user), now=clock.now(), reason=str(heard.portal))
    record_authentication(
        request, user, BY_PORTAL, provider=heard.portal.slug, uid=heard.claims and heard.claims["sub"]
    )
    response: HttpResponse = perform_login(request, user, redirect_url=state.get("next"))
    return response
