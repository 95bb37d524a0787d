"""Entry from a brand's portal (ATR-02), through a real provider on this machine."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from django.conf import settings
from django.db import connection

from accounts import outside, portals
from accounts.models import LoginPolicy, Membership, OfficeMembership, OpenSession, SignInPortal, User
from accounts.portal_twin import KEY_ID, Known, Server
from core.models import AuditEntry
from notifications.models import Message
from tests import factories
from tests.accounts.test_log_in import log_in
from tests.accounts.test_sign_up import page_of, words
from tests.conftest import AppClient
from tests.walls.test_tenancy import browser_of

pytestmark = pytest.mark.django_db
START, BACK = "/connexion/portail/atrium", "/connexion/portail/atrium/retour"
DIRECT = "Connectez-vous avec"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    made.portal.people = (Known("jeanne@martin.example", "Jeanne"),)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def portal(brand: Any, server: Server) -> SignInPortal:
    return factories.portal(brand, server.portal.issuer)


def leave(browser: AppClient, start: str = START, **form: str) -> str:
    """Press the button; where the page sends on to."""
    page = page_of(browser.post(start, form))
    sent = page.find("meta", attrs={"http-equiv": "refresh"})
    assert sent, page.get_text()
    return str(sent["content"]).split("url=", 1)[1]


def choose(address: str) -> str:
    """At the portal: press the first name; the address in our site that the portal sends back to."""
    listed = requests.get(address, timeout=5).text
    link = re.findall(r'href="([^"]+)"', listed)[0].replace("&amp;", "&")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    sent = urlsplit(requests.get(origin + link, timeout=5, allow_redirects=False).headers["Location"])
    return f"{sent.path}?{sent.query}"


def come_in(browser: AppClient, **form: str) -> Any:
    return browser.get(choose(leave(browser, **form)))


def refusal(browser: AppClient, answer: Any) -> str:
    """What the log-in page then says; nobody is logged in."""
    assert (answer.status_code, answer["Location"]) == (302, "/connexion")
    said = words(browser.get("/connexion"))
    assert "_auth_user_id" not in browser.session
    return said


# --- the way in ----------------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-02")
def test_a_person_comes_in_with_the_identifiers_of_her_portal(
    portal: SignInPortal, person: User, client: AppClient
) -> None:
    button = page_of(client.get("/connexion")).find("form", attrs={"action": START})
    assert button and "Se connecter avec Atrium" in button.get_text()
    assert come_in(client)["Location"] == "/entree"
    assert client.get("/entree", follow=True).redirect_chain[0][0] == "/espace/"
    assert int(client.session["_auth_user_id"]) == person.pk
    opened = OpenSession.objects.get(user=person)
    assert opened.opened_at and opened.ip
    assert AuditEntry.objects.get(action="connexion par portail").subject == f"user:{person.pk}"


@pytest.mark.req("ATR-02")
def test_without_a_portal_there_is_the_direct_log_in_alone(brand: Any, person: User, client: AppClient) -> None:
    assert "Se connecter avec" not in words(client.get("/connexion"))
    assert client.post(START).status_code == client.get(BACK).status_code == 404
    assert log_in(client).status_code == 302


def test_she_goes_on_to_the_page_that_she_wanted(portal: SignInPortal, person: User, client: AppClient) -> None:
    page = page_of(client.get("/connexion?next=/espace/dossiers"))
    assert page.select_one(f'form[action="{START}"] input[name=next]')["value"] == "/espace/dossiers"
    assert come_in(client, next="/espace/dossiers")["Location"] == "/espace/dossiers"
    assert come_in(AppClient(), next="https://mal.example/")["Location"] == "/entree"


def test_the_portal_is_asked_with_state_nonce_and_pkce(portal: SignInPortal, client: AppClient) -> None:
    asked = parse_qs(urlsplit(leave(client)).query)
    assert asked["response_type"] == ["code"] and asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 16 for name in ("state", "nonce", "code_challenge"))
    assert asked["redirect_uri"] == [f"http://testserver{BACK}"] and "openid" in asked["scope"][0]


def test_the_second_factor_is_asked_all_the_same(portal: SignInPortal, person: User, client: AppClient) -> None:
    factories.second_factor(person)
    assert come_in(client)["Location"] == "/connexion/second-facteur"
    assert "_auth_user_id" not in client.session


def test_a_browser_never_seen_is_told_to_the_owner(portal: SignInPortal, person: User, client: AppClient) -> None:
    log_in(client)
    come_in(AppClient())
    assert Message.objects.filter(kind__contains="device", recipient__email=person.email).count() == 1


def test_an_account_that_was_not_activated_is_not_opened(portal: SignInPortal, person: User, client: AppClient) -> None:
    person.emailaddress_set.update(verified=False)
    assert come_in(client)["Location"] == "/activation-attendue"
    assert "_auth_user_id" not in client.session


def test_a_closed_account_stays_closed(portal: SignInPortal, person: User, client: AppClient) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert come_in(client)["Location"] == "/compte-inactif"


def test_somebody_else_who_was_logged_in_is_logged_out(portal: SignInPortal, person: User, creditor: Any) -> None:
    browser = browser_of(factories.member(creditor))
    come_in(browser)
    assert int(browser.session["_auth_user_id"]) == person.pk


def test_what_guards_the_account_still_asks_for_the_password(
    portal: SignInPortal, person: User, client: AppClient
) -> None:
    come_in(client)
    assert client.get("/compte/application")["Location"].startswith("/compte/confirmer")


def test_a_password_that_is_over_is_renewed_by_whoever_uses_it(portal: SignInPortal, person: User, brand: Any) -> None:
    LoginPolicy.objects.create(brand=brand, password_days=1)
    User.objects.filter(pk=person.pk).update(password_changed_at=factories.LONG_AGO)
    by_portal, direct = AppClient(), AppClient()
    come_in(by_portal), log_in(direct)
    assert by_portal.get("/espace/").status_code == 200
    assert direct.get("/espace/")["Location"] == "/compte/mot-de-passe"


def test_whoever_is_invited_reaches_her_invitation(
    portal: SignInPortal, person: User, creditor: Any, client: AppClient
) -> None:
    Membership.objects.all().delete()
    factories.invitation(creditor, code="ABCD-EFGH-JKLM-NPQR", email=person.email)
    page = "/invitation/ABCD-EFGH-JKLM-NPQR"
    assert come_in(client, next=page)["Location"] == page
    client.post(page)
    assert Membership.objects.filter(user=person, creditor=creditor).exists()
    other = AppClient()
    Membership.objects.all().delete()
    assert "Aucun compte" in refusal(other, come_in(other, next="/invitation/AAAA-BBBB-CCCC-DDDD"))


# --- who is not let in ---------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-02")
def test_an_address_that_the_portal_has_not_verified_opens_nothing(
    portal: SignInPortal, person: User, client: AppClient, server: Server
) -> None:
    server.portal.people = (Known(person.email, "Jeanne", is_verified=False),)
    assert "n'a pas vérifié votre adresse" in refusal(client, come_in(client))
    assert AuditEntry.objects.get(action="portail refusé")


@pytest.mark.req("ATR-02")
def test_nobody_gets_an_account_from_a_portal(portal: SignInPortal, client: AppClient) -> None:
    assert "Aucun compte n'existe ici pour jeanne@martin.example" in refusal(client, come_in(client))
    assert not User.objects.exists()


def test_a_portal_answers_for_its_own_domains_only(
    portal: SignInPortal, creditor: Any, client: AppClient, server: Server
) -> None:
    for email in ("a@autre.example", "a@sous.martin.example", "a@xmartin.example", "martin.example", ""):
        server.portal.people = (Known(email, "Autre"),)
        assert "ne peut pas répondre" in refusal(client, come_in(client)), email


def test_a_portal_opens_accounts_of_its_own_brand_only(portal: SignInPortal, person: User, client: AppClient) -> None:
    Membership.objects.all().delete()
    elsewhere = factories.creditor(factories.brand("autre"))
    Membership.objects.create(user=person, creditor=elsewhere, brand=elsewhere.brand)
    assert "Aucun compte" in refusal(client, come_in(client))


def test_support_never_comes_in_by_somebody_elses_door(portal: SignInPortal, person: User, client: AppClient) -> None:
    User.objects.filter(pk=person.pk).update(is_staff=True)
    assert "Aucun compte" in refusal(client, come_in(client))


def test_an_office_comes_in_and_needs_its_second_factor(
    portal: SignInPortal, person: User, office: Any, client: AppClient
) -> None:
    Membership.objects.all().delete()
    OfficeMembership.objects.create(user=person, office=office, brand=office.brand)
    come_in(client)
    assert client.get("/etude/")["Location"] == "/compte/securite"


@pytest.mark.req("ATR-02")
@pytest.mark.attack("T01")
def test_the_portal_of_another_brand_is_not_there(portal: SignInPortal, person: User, client: AppClient) -> None:
    other = factories.brand("autre")
    there = {"HTTP_HOST": other.host}
    assert "Se connecter avec" not in words(client.get("/connexion", **there))
    assert client.post(START, **there).status_code == 404
    assert client.get(choose(leave(client)), **there).status_code == 404
    portal.is_open = False
    portal.save()
    assert client.post(START).status_code == 404, "closed"


def test_a_session_that_a_portal_opened_is_good_at_its_brand_only(
    portal: SignInPortal, person: User, client: AppClient
) -> None:
    elsewhere = factories.creditor(factories.brand("autre"))
    Membership.objects.create(user=person, creditor=elsewhere, brand=elsewhere.brand)
    come_in(client)
    assert client.get("/espace/", HTTP_HOST=elsewhere.brand.host)["Location"].startswith("/connexion")
    assert not OpenSession.objects.filter(user=person).exists()


# --- what is not believed --------------------------------------------------------------------------------------------
@pytest.mark.req("ATR-02")
@pytest.mark.parametrize(
    "state",
    [lambda kept: "", lambda kept: "&state=invente", lambda kept: f"&state={kept}x"],
    ids=["none", "made up", "near"],
)
def test_a_return_that_did_not_begin_here_is_refused(
    state: Callable[[str], str], portal: SignInPortal, person: User, client: AppClient
) -> None:
    kept = parse_qs(urlsplit(leave(client)).query)["state"][0]
    assert "a expiré ou a commencé dans un autre navigateur" in refusal(
        client, client.get(f"{BACK}?code=x{state(kept)}")
    )


@pytest.mark.req("ATR-02")
def test_a_return_made_for_somebody_else_is_refused(portal: SignInPortal, person: User, client: AppClient) -> None:
    """Log-in forgery: the attacker's own return, opened in the victim's browser."""
    assert "autre navigateur" in refusal(client, client.get(choose(leave(AppClient()))))


def test_a_return_serves_once(portal: SignInPortal, person: User, client: AppClient) -> None:
    back = choose(leave(client))
    client.get(back)
    client.post("/deconnexion")
    assert "autre navigateur" in refusal(client, client.get(back))


def test_the_button_needs_the_forms_token(portal: SignInPortal) -> None:
    strict = AppClient(enforce_csrf_checks=True)
    assert strict.post(START).status_code == 403
    assert strict.get(START).status_code == 405


def test_whoever_renounces_reads_so(portal: SignInPortal, client: AppClient) -> None:
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]
    assert "n'a pas confirmé votre connexion" in refusal(
        client, client.get(f"{BACK}?error=access_denied&state={state}")
    )


def with_claims(**changed: Any) -> Callable[[Any], Callable[[Any], str]]:
    def spoil(portal: Any) -> Callable[[Any], str]:
        good = type(portal).sign

        def sign(claims: dict[str, Any]) -> str:
            kept = {name: value for name, value in (claims | changed).items() if value is not None}
            return str(good(portal, kept))

        return sign

    return spoil


def by_another_key(portal: Any) -> Callable[[Any], str]:
    other = generate_private_key(public_exponent=65537, key_size=2048)
    return lambda claims: jwt.encode(claims, other, algorithm="RS256", headers={"kid": KEY_ID})


def with_the_public_key_as_a_secret(portal: Any) -> Callable[[Any], str]:
    return lambda claims: jwt.encode(claims, "n" * 64, algorithm="HS256", headers={"kid": KEY_ID})


def unsigned(portal: Any) -> Callable[[Any], str]:
    return lambda claims: jwt.encode(claims, None, algorithm="none", headers={"kid": KEY_ID})


def changed_afterwards(portal: Any) -> Callable[[Any], str]:
    def sign(claims: dict[str, Any]) -> str:
        head, body, seal = type(portal).sign(portal, claims | {"email": "x@martin.example"}).split(".")
        return ".".join((head, type(portal).sign(portal, claims).split(".")[1], seal))

    return sign


def of_an_unknown_key(portal: Any) -> Callable[[Any], str]:
    return lambda claims: jwt.encode(claims, portal.key, algorithm="RS256", headers={"kid": "autre"})


@pytest.mark.req("ATR-02")
@pytest.mark.parametrize(
    "spoil",
    [
        by_another_key, unsigned, with_the_public_key_as_a_secret, changed_afterwards, of_an_unknown_key,
        lambda portal: lambda claims: "pas-un-jeton", with_claims(nonce="autre"), with_claims(nonce=None), with_claims(aud="autre"),
        with_claims(iss="https://autre.example"), with_claims(exp=int(time.time()) - 120), with_claims(exp=None),
        with_claims(iat=int(time.time()) + 600), with_claims(azp="autre"),
    ],
    ids=["another key", "unsigned", "HS256", "changed", "unknown key", "no token", "nonce", "no nonce", "audience", "issuer",
         "expired", "no end", "of tomorrow", "for another"],
)  # fmt: skip
def test_a_token_that_proves_nothing_opens_nothing(
    spoil: Any, portal: SignInPortal, person: User, client: AppClient, server: Server
) -> None:
    server.portal.sign = spoil(server.portal)  # type: ignore[method-assign]
    assert "n'a pas pu être vérifiée" in refusal(client, come_in(client))


def test_a_portal_published_under_another_name_is_not_believed(
    portal: SignInPortal, client: AppClient, server: Server
) -> None:
    good = type(server.portal).configuration(server.portal)
    for lie in ({"issuer": "https://autre.example"}, {"token_endpoint": "ftp://127.0.0.1/token"}):
        server.portal.configuration = lambda lie=lie: good | lie  # type: ignore[method-assign,misc]
        assert "n'a pas pu être vérifiée" in refusal(client, client.post(START))


def test_the_page_beside_the_token_tells_of_the_same_person(
    portal: SignInPortal, person: User, client: AppClient, server: Server
) -> None:
    """Where the token has no address: that of the page about the person, if it is about her."""
    real = type(server.portal).claims

    def bare(known: Known, asked: dict[str, str]) -> dict[str, Any]:
        return {k: v for k, v in real(server.portal, known, asked).items() if not k.startswith("email")}

    server.portal.claims = bare  # type: ignore[method-assign]
    told = {
        "sub": bare(server.portal.people[0], {"client_id": "", "nonce": ""})["sub"],
        "email": person.email,
        "email_verified": True,
    }
    server.portal.userinfo = lambda access: told | {"sub": "autre"}  # type: ignore[method-assign]
    assert "n'a pas pu être vérifiée" in refusal(client, come_in(client))
    server.portal.userinfo = lambda access: told  # type: ignore[method-assign]
    assert come_in(client)["Location"] == "/entree"


# --- when it does not answer -----------------------------------------------------------------------------------------
@pytest.mark.req("ATR-02")
def test_a_portal_that_is_down_leaves_the_direct_log_in(brand: Any, person: User, client: AppClient) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        factories.portal(brand, f"http://127.0.0.1:{closed.getsockname()[1]}")
        said = refusal(client, client.post(START))
    assert "Atrium ne répond pas pour l'instant" in said and DIRECT in said
    assert log_in(client).status_code == 302


def test_a_portal_that_goes_down_on_the_way_leaves_it_too(
    portal: SignInPortal, person: User, client: AppClient, server: Server
) -> None:
    back = choose(leave(client))
    portal.issuer = "http://127.0.0.1:1"
    portal.save()
    assert "ne répond pas" in refusal(client, client.get(back))
    assert log_in(client).status_code == 302


def drip(wire: socket.socket) -> None:
    for piece in (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", *[b"{"] * 100):
        wire.sendall(piece)
        time.sleep(0.05)


def say_nothing(wire: socket.socket) -> None:
    wire.recv(1)
    time.sleep(1)


def send_elsewhere(wire: socket.socket) -> None:
    wire.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


def never_end(wire: socket.socket) -> None:
    wire.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"{" * 400_000)


@pytest.mark.req("ATR-02")
@pytest.mark.parametrize("manner", [drip, say_nothing, send_elsewhere, never_end])
def test_a_portal_that_lingers_is_not_awaited(manner: Any, brand: Any, client: AppClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.4)
    monkeypatch.setattr(outside, "SILENCE", (0.4, 0.4))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            wire, _address = listening.accept()
            with wire:
                wire.recv(1000)
                with suppress(OSError):
                    manner(wire)

        threading.Thread(target=answer, daemon=True).start()
        factories.portal(brand, f"http://127.0.0.1:{listening.getsockname()[1]}")
        began = time.monotonic()
        assert "ne répond pas" in refusal(client, client.post(START))
    assert time.monotonic() - began < 4


@pytest.mark.django_db(transaction=True, available_apps=list(settings.INSTALLED_APPS))
def test_the_portal_is_asked_without_a_transaction_open(portal: SignInPortal, person: User, monkeypatch: Any) -> None:
    held = []
    real = outside.BoundedSession.request

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        held.append(connection.in_atomic_block)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(outside.BoundedSession, "request", watched)
    assert come_in(AppClient())["Location"] == "/entree"
    assert len(held) == 4 and not any(held)


def test_whoever_presses_too_often_waits(portal: SignInPortal, client: AppClient, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"portal": "2/m/ip"}
    assert [client.post(START).status_code for _ in range(3)] == [200, 200, 429]


# --- support sets it up ---------------------------------------------------------------------------------------------
def test_support_opens_a_portal_and_its_secret_is_sealed(brand: Any, settings: Any) -> None:
    settings.DEBUG = False
    support = factories.user(email="adrien@support.example", is_staff=True, is_superuser=True)
    factories.second_factor(support)
    browser = browser_of(support)
    sent = {"brand": brand.pk, "slug": "atrium", "label": "Atrium", "issuer": "http://atrium.example", "client_id": "c",
            "domains": "martin.example", "is_open": "on", "secret": ""}  # fmt: skip
    page = words(browser.post("/admin/accounts/signinportal/add/", sent))
    assert "Donnez le client_secret" in page and "https://" in page
    browser.post(
        "/admin/accounts/signinportal/add/", sent | {"issuer": "https://atrium.example", "secret": "tres-secret"}
    )
    made = SignInPortal.objects.get()
    assert made.secret() == "tres-secret" and "tres-secret" not in made.secret_sealed
    assert "tres-secret" not in words(browser.get(f"/admin/accounts/signinportal/{made.pk}/change/"))
    browser.post(
        f"/admin/accounts/signinportal/{made.pk}/change/", sent | {"issuer": "https://b.example", "is_open": ""}
    )
    made.refresh_from_db()
    assert (made.issuer, made.is_open, made.secret()) == ("https://b.example", False, "tres-secret")
    assert AuditEntry.objects.filter(action="portail de connexion").count() == 2
    assert portals.open_at(brand) == []
