"""The walls between owners, tried through every address: with somebody else's key, nothing is there."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.middleware import DEBTOR_KEY, SHARE_KEY
from accounts.models import BillingParty, CivilStatus, Creditor
from documents.models import Document
from documents.services import store
from dossiers import search
from dossiers.enums import Phase
from dossiers.models import Attachment, Debtor, Dossier, InvoiceDrop, Item
from notifications.models import Channel, Message, Outcome
from procedures.models import Deadline, Offer
from tenants.models import Brand, Office
from tests import factories
from tests.conftest import MONDAY, AppClient

CANARY = "CANARI7"
HTMX = {"HTTP_HX_REQUEST": "true"}


# --- a world with strangers in it ----------------------------------------------------------------------------
@dataclass
class Owner:
    """One creditor with a row in every table that has an owner."""

    creditor: Creditor
    office: Office
    draft: Dossier
    open: Dossier
    ended: Dossier
    items: list[Item] = field(default_factory=list)
    pieces: list[Attachment] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    @property
    def dossiers(self) -> list[Dossier]:
        return [self.draft, self.open, self.ended]


@dataclass
class World:
    """Two creditors and two offices of one brand, and a creditor and an office of another brand."""

    ours: Owner
    neighbour: Owner
    foreigner: Owner

    @property
    def strangers(self) -> list[Owner]:
        return [self.neighbour, self.foreigner]


def furnish(brand: Brand, town: str, word: str) -> Owner:
    """A creditor with all it may own; `word` stands in every text that a page could show."""
    office = factories.office(brand, name=f"Étude {town} {word}", court_of_appeal=town, email=f"{word}@etude.example")
    creditor = factories.creditor(brand, company=f"Maison {word}", last_name=word)
    BillingParty.objects.create(
        creditor=creditor, name=word, street="1 rue", postcode="69001", town="Lyon", email="f@exemple.fr"
    )
    CivilStatus.objects.create(
        creditor=creditor, birth_on=MONDAY, birth_place=word, nationality="française", occupation="menuisière"
    )
    debtor = {"last_name": f"Débiteur {word}", "email": f"{word}@debiteur.example".lower()}
    made = [
        factories.dossier(
            creditor, phase=phase, office=office, debtor=debtor, comments=word, policy_number=f"{word}-{phase}",
            creditor_reference=f"{word}-{phase}-ref",
        )
        for phase in (Phase.DRAFT, Phase.AMIABLE, Phase.SETTLED)
    ]  # fmt: skip
    owner = Owner(creditor, office, *made)
    InvoiceDrop.objects.create(creditor=creditor, by=word, at=MONDAY)
    factories.claim_import(creditor, word)
    for dossier in made:
        furnish_dossier(owner, dossier, word)
    factories.breaker(office, last_error=word)
    factories.script(office, text=word)
    factories.hold(owner.open, "closure", text=word)
    factories.insolvency(owner.open, reason=word)
    factories.paper_to_sign(owner.open, "power")
    factories.paper_to_sign(owner.open, "acceptance")
    owner.documents += [creditor.mandates.get().unsigned]
    factories.member(creditor)
    factories.invitation(creditor)
    factories.share_link(creditor)
    factories.clerk(office)
    factories.invitation(creditor, creditor=None, office=office, role="")
    factories.introduction(factories.partner(brand, name=f"Distributeur {word}"), creditor)
    factories.payout_account(creditor)
    factories.saved_search(creditor)
    factories.saved_search(office=office)
    factories.change_request(creditor)
    factories.card_payment(creditor)
    factories.office_ics(office)
    return owner


def furnish_dossier(owner: Owner, dossier: Dossier, word: str) -> None:
    keys = {"brand": dossier.brand, "creditor_id": dossier.creditor_id, "dossier_id": dossier.pk}
    papers = [
        store(f"%PDF-{word}".encode(), name=f"{word}.pdf", media_type="application/pdf", for_debtor=True, **keys)
        for _ in range(3)
    ]
    owner.documents += papers
    owner.items.append(factories.item(dossier, "250.00", document=papers[0], number=f"{word}-{dossier.pk}"))
    owner.pieces.append(
        Attachment.objects.create(
            dossier=dossier, creditor=owner.creditor, document=papers[1], added_by=word, added_at=MONDAY
        )
    )
    owner.offers.append(factories.agreement(dossier, text=word))
    if dossier.office:
        factories.word_with_file(dossier, text=word)
    owner.messages.append(
        Message.objects.create(
            brand=dossier.brand, creditor_id=dossier.creditor_id, office=owner.office, dossier_id=dossier.pk,
            key=f"lettre-{dossier.pk}", kind="amiable_letter", channel=Channel.LETTER, recipient={"name": word},
            created_at=MONDAY, try_at=MONDAY, outcome=Outcome.SENT, settled_at=MONDAY, document=papers[2], subject=word,
        )
    )  # fmt: skip
    Deadline.objects.create(
        dossier=dossier, creditor=owner.creditor, kind="amiable_wait_15d", transition="open_psrpc", started_on=MONDAY,
        strict_on=MONDAY, due_on=MONDAY + timedelta(days=15), lapses_at=MONDAY + timedelta(days=16), derivation=word,
    )  # fmt: skip
    search.index(dossier)


def build() -> World:
    credicys, other = factories.brand(), factories.brand("autre")
    world = World(
        furnish(credicys, "Lyon", "Nôtre"), furnish(credicys, "Paris", CANARY), furnish(other, "Lyon", CANARY)
    )
    for owner in (world.ours, *world.strangers):
        owner.documents.append(factories.signature(owner.creditor).sealed)
    return world


@pytest.fixture
def world(db: None) -> World:
    return build()


def browser_of(user: Any) -> AppClient:
    browser = AppClient()
    browser.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return browser


def at_door(door: str, world: World) -> AppClient:
    """Somebody of ours, in front of one of the doors."""
    if door == "espace":
        person = factories.member(world.ours.creditor)
        world.ours.creditor.saved_searches.update(user=person)  # what a person keeps is hers alone
        return browser_of(person)
    if door == "etude":
        person = factories.clerk(world.ours.office)
        world.ours.office.saved_searches.update(user=person)
        return browser_of(person)
    if door == "partenaire":
        return browser_of(factories.dealer(world.ours.creditor.introductions.get().partner))
    browser = AppClient()
    if door == "debiteur":
        session = browser.session
        session[DEBTOR_KEY] = world.ours.open.pk
        session.save()
        browser.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    if door == "partage":
        session = browser.session
        session[SHARE_KEY] = world.ours.creditor.share_links.get().token_hash
        session.save()
        browser.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    return browser


# --- every address that takes a key ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Address:
    """A pattern of the resolver: its whole route, its name, and what its parameters are made of."""

    route: str
    name: str
    converters: tuple[tuple[str, str], ...]

    @property
    def door(self) -> str:
        return self.route.split("/", 1)[0]

    def filled(self, values: dict[str, Any]) -> str:
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), self.route)
        return f"/{path}"


def walk(patterns: list[Any], prefix: str = "") -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not route.startswith("admin/"):
                yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            converters = getattr(pattern.pattern, "converters", {})
            kinds = {name: type(c).__name__.removesuffix("Converter").lower() for name, c in converters.items()}
            groups = pattern.pattern.regex.groupindex
            kinds |= {name: "text" for name in groups if name not in kinds}
            yield Address(route, pattern.name or "", tuple(sorted(kinds.items())))


ADDRESSES = list(walk(get_resolver().url_patterns))
# Keys that are secrets of their own, or of the whole brand, not of an owner: tried where accounts are.
SECRETS = {
    "account_activate",
    "account_reset_password_from_key",
    "demo-mail",
    "invitation",
    "share-open",
    "support-document",
    "support-debtor-copy",
    "support-person-copy",
    "contact-receipt",
    "card-provider",
    "demo-card",
    "option-answer",
    "help-chapter",
    "openid_connect_login",
    "openid_connect_callback",
}
KEYED = [address for address in ADDRESSES if address.converters and address.name not in SECRETS]
MOVES = ["request_injonction", "settle", "withdraw", "accept", "refuse"]

# What a stranger's key is, by door, kind and name of the parameter.
Recipe = Callable[[Owner], list[Any]]
RECIPES: dict[tuple[str, str, str], Recipe] = {
    ("espace", "slug", "reference"): lambda owner: [d.reference for d in owner.dossiers],
    ("espace", "int", "key"): lambda owner: [row.pk for row in (*owner.items, *owner.pieces, *owner.offers, *owner.creditor.invoice_drops.all(), *owner.creditor.claim_imports.all())],
    ("debiteur", "int", "key"): lambda owner: [offer.pk for offer in owner.offers],
    ("espace", "uuid", "key"): lambda owner: [d.pk for d in owner.documents],
    ("espace", "slug", "name"): lambda owner: MOVES,
    ("espace", "int", "member"): lambda owner: [m.pk for m in owner.creditor.memberships.all()],
    ("espace", "int", "invitation"): lambda owner: [i.pk for i in owner.creditor.invitations.all()],
    ("espace", "int", "share"): lambda owner: [s.pk for s in owner.creditor.share_links.all()],
    ("espace", "int", "token"): lambda owner: [t.pk for t in owner.creditor.feed_tokens.all()],
    ("espace", "int", "payout"): lambda owner: [p.pk for p in owner.creditor.payout_accounts.all()],
    ("espace", "int", "card"): lambda owner: [p.pk for p in owner.creditor.card_payments.all()],
    ("espace", "slug", "kind"): lambda owner: ["avoir", "facture"],
    ("espace", "int", "saved"): lambda owner: [s.pk for s in owner.creditor.saved_searches.all()],
    ("etude", "int", "saved"): lambda owner: [s.pk for s in owner.office.saved_searches.all()],
    ("partage", "slug", "reference"): lambda owner: [d.reference for d in owner.dossiers],
    ("partage", "uuid", "key"): lambda owner: [d.pk for d in owner.documents],
    ("etude", "slug", "reference"): lambda owner: [d.reference for d in owner.dossiers],
    ("etude", "uuid", "key"): lambda owner: [d.pk for d in owner.documents] + [m.pk for m in owner.messages],
    ("etude", "int", "member"): lambda owner: [m.pk for m in owner.office.members.all()],
    ("etude", "int", "invitation"): lambda owner: [i.pk for i in owner.office.invitations.all()],
    ("etude", "int", "ics"): lambda owner: [one.pk for one in owner.office.identifiers.all()],
    ("etude", "slug", "name"): lambda owner: MOVES,
    ("etude", "int", "breaker"): lambda owner: [one.pk for one in owner.office.breakers.all()],
    ("etude", "int", "hold"): lambda owner: [hold.pk for hold in owner.open.holds.all()],
    ("etude", "int", "insolvency"): lambda owner: [found.pk for found in owner.open.insolvencies.all()],
    ("espace", "int", "insolvency"): lambda owner: [found.pk for found in owner.open.insolvencies.all()],
    ("espace", "int", "paper"): lambda owner: [paper.pk for paper in owner.open.papers.all()],
    ("espace", "int", "hold"): lambda owner: [hold.pk for hold in owner.open.holds.all()],
    ("debiteur", "int", "paper"): lambda owner: [paper.pk for paper in owner.open.papers.all()],
    ("debiteur", "uuid", "key"): lambda owner: [d.pk for d in owner.documents],
}  # fmt: skip


def keys_of(address: Address, owner: Owner) -> list[dict[str, Any]]:
    """Every way to fill the address with this owner's keys."""
    filled: list[dict[str, Any]] = [{}]
    for name, kind in address.converters:
        recipe = RECIPES.get((address.door, kind, name))
        assert recipe, f"{address.route}: say in RECIPES what a stranger's {kind} {name!r} is at this door"
        filled = [values | {name: value} for values in filled for value in recipe(owner)]
    return filled


def fields_of(owner: Owner) -> dict[str, Any]:
    """What a form could be tricked with."""
    return {
        "creditor": owner.creditor.pk, "currency": "EUR", "origin": "invoice", "kind": "invoice", "number": "F-1",
        "issued_on": "2026-01-01", "due_on": "2026-01-31", "gross": "10", "last_name": "Durand", "street": "1 rue",
        "postcode": "69002", "town": "Lyon", "territory": "FR", "is_attested": "on", "file": "1", "reason": "motif",
        "posted_on": "2026-03-02", "number_": "1A 111 222 3333 4", "acting_for": owner.creditor.pk, "role": "reader",
    }  # fmt: skip


def everything() -> dict[str, str]:
    """A fingerprint of each table but those of sessions and of who read what."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = sorted(row[0] for row in cursor.fetchall() if row[0] not in ("accounts_opensession", "core_reading"))
        prints = {}
        for table in tables:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            prints[table] = cursor.fetchone()[0]
    return prints


def tries(browser: AppClient, path: str, data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "GET", browser.get(path)
    yield "HEAD", browser.head(path)
    yield "POST, empty", browser.post(path)
    yield "POST", browser.post(path, data)
    yield "GET, HTMX", browser.get(path, **HTMX)
    yield "POST, HTMX", browser.post(path, data, **HTMX)
    yield "PUT", browser.put(path, "{}", content_type="application/json")
    yield "PATCH", browser.patch(path, "{}", content_type="application/json")
    yield "DELETE", browser.delete(path)


@pytest.mark.attack("T01", "T04")
@pytest.mark.parametrize("address", KEYED, ids=lambda address: address.name)
def test_with_a_strangers_key_nothing_is_there(address: Address, world: World) -> None:
    browser = at_door(address.door, world)
    data = fields_of(world.ours)
    before = everything()
    for stranger in world.strangers:
        for values in keys_of(address, stranger):
            path = address.filled(values)
            for how, answer in tries(browser, path, data):
                assert answer.status_code in (404, 405), f"{how} {path} answered {answer.status_code}"
                assert CANARY not in answer.content.decode(), f"{how} {path} shows the stranger's text"
    assert everything() == before


@pytest.mark.attack("T01")
@pytest.mark.parametrize("address", KEYED, ids=lambda address: address.name)
def test_a_strangers_key_answers_like_one_that_never_existed(address: Address, world: World) -> None:
    browser = at_door(address.door, world)
    nothing = {
        "reference": "ZZZZ-ZZZZ",
        "key": 987_654_321 if ("key", "int") in address.converters else uuid4(),
    }
    values = keys_of(address, world.neighbour)[0]
    never = address.filled(values | {k: v for k, v in nothing.items() if k in values})
    strange, absent = browser.get(address.filled(values)), browser.get(never)
    assert strange.status_code == absent.status_code
    assert masked(strange.content.decode()) == masked(absent.content.decode()).replace(never, address.filled(values))


@pytest.mark.parametrize("address", KEYED, ids=lambda address: address.name)
def test_with_ones_own_key_something_is_there(address: Address, world: World) -> None:
    """Otherwise the two tests above would prove nothing."""
    browser = at_door(address.door, world)
    answers = []
    for values in keys_of(address, world.ours):
        path = address.filled(values)
        answers += [browser.get(path).status_code, browser.post(path).status_code]
    assert set(answers) & {200, 302, 422}, f"{address.route}: no key of ours opens it"
    assert not [status for status in answers if status >= 500]


def test_a_new_address_without_a_recipe_is_told_by_name() -> None:
    forgotten = Address("espace/rapports/<uuid:rapport>", "report", (("rapport", "uuid"),))
    with pytest.raises(AssertionError, match="espace/rapports/<uuid:rapport>: say in RECIPES"):
        keys_of(forgotten, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("door", ["espace", "etude", "debiteur"])
def test_nobody_enters_by_anothers_door(door: str, world: World) -> None:
    """An office at the creditor's door, a creditor at the office's, an anonymous at any: never a page."""
    for other in {"espace", "etude", "debiteur", "personne"} - {door}:
        browser = at_door(other, world)
        for address in (a for a in KEYED if a.door == door):
            for values in keys_of(address, world.ours)[:2]:
                for answer in (browser.get(address.filled(values)), browser.post(address.filled(values))):
                    assert answer.status_code in (302, 404, 405)
                    assert answer.status_code != 302 or answer["Location"].startswith("/connexion?")


def test_a_persons_key_of_one_brand_does_not_open_another_brand(world: World) -> None:
    for user in (factories.member(world.ours.creditor), factories.clerk(world.ours.office)):
        browser = browser_of(user)
        door = browser.get("/espace/", HTTP_HOST="autre.localhost")
        assert door.status_code == 404 or door["Location"] == "/rejoindre"
        for path in (
            "/espace/dossiers/",
            "/etude/",
            f"/espace/dossiers/{world.ours.open.reference}/",
        ):
            assert browser.get(path, HTTP_HOST="autre.localhost").status_code == 404


# --- lists and searches ----------------------------------------------------------------------------------------
SEARCHES = ["%", "_", "%%", "__", "'", "' OR 1=1 --", '"', "\\", "\\\\%", "*", CANARY, CANARY.lower(), "%CANARI%",
            "x" * 10_000, "%" * 10_000, "ﷺ" * 50, "a\x00b"]  # fmt: skip


def references(answer: Any) -> set[str]:
    """The dossiers that a page leads to."""
    return set(re.findall(r'/dossiers/([0-9A-Z]{4}-[0-9A-Z]{4})/"', answer.content.decode()))


@pytest.mark.attack("T10")
@pytest.mark.parametrize("path", ["/espace/dossiers/", "/etude/dossiers/"])
def test_a_search_shows_only_ones_own(path: str, world: World) -> None:
    browser = at_door(path.split("/")[1], world)
    ours = {dossier.reference for dossier in world.ours.dossiers}
    for words in SEARCHES:
        answer = browser.get(path, {"q": words})
        assert answer.status_code == 200, repr(words[:20])
        assert references(answer) <= ours, repr(words[:20])
        page = re.sub(re.escape(words), "", answer.content.decode(), flags=re.IGNORECASE)
        assert CANARY.lower() not in page.lower(), repr(words[:20])


@pytest.mark.req("ATR-49")
@pytest.mark.attack("T10")
def test_the_sign_for_any_letters_finds_all_of_ones_own_and_nothing_else(world: World) -> None:
    answer = at_door("espace", world).get("/espace/dossiers/", {"q": "%%"})
    assert references(answer) == {d.reference for d in world.ours.dossiers}
    underlined = at_door("espace", world).get("/espace/dossiers/", {"q": "N_tre"})
    assert not references(underlined), "the underscore is a letter like any other"


@pytest.mark.attack("T09")
@pytest.mark.parametrize(
    "query", ["creditor={pk}", "all=1", "brand=1", "office=1", "tenant={pk}", "phase=draft&creditor={pk}"]
)
@pytest.mark.parametrize("path", ["/espace/dossiers/", "/etude/dossiers/"])
def test_no_parameter_widens_a_list(path: str, query: str, world: World) -> None:
    answer = at_door(path.split("/")[1], world).get(f"{path}?{query.format(pk=world.neighbour.creditor.pk)}")
    assert answer.status_code == 200
    assert CANARY not in answer.content.decode()


@pytest.mark.attack("T09")
@pytest.mark.parametrize("name", ["apres", "avant"])
def test_a_page_key_that_was_tampered_with_shows_the_first_page(name: str, world: World) -> None:
    browser = at_door("espace", world)
    plain = masked(browser.get("/espace/dossiers/").content.decode())
    for forged in ("x", "WyIyMDI2Il0:1:2", "%00", "'", "null"):
        answer = browser.get("/espace/dossiers/", {name: forged})
        page = re.sub(rf"\?{name}=[^\"]*", "", answer.content.decode())
        assert masked(page) == plain


# --- nested keys, owners in forms ------------------------------------------------------------------------------
@pytest.mark.attack("T05")
def test_nested_keys_that_disagree_find_nothing(world: World) -> None:
    browser = at_door("espace", world)
    ours, theirs = world.ours, world.neighbour
    item, piece = ours.items[0], ours.pieces[0]  # of our draft
    paths = [
        f"/espace/dossiers/{ours.draft.reference}/elements/{theirs.items[0].pk}/retirer",
        f"/espace/dossiers/{theirs.draft.reference}/elements/{item.pk}/retirer",
        f"/espace/dossiers/{ours.draft.reference}/elements/{ours.items[1].pk}/retirer",
        f"/espace/dossiers/{ours.draft.reference}/pieces/{theirs.pieces[0].pk}/retirer",
        f"/espace/dossiers/{theirs.draft.reference}/pieces/{piece.pk}/retirer",
        f"/espace/dossiers/{ours.draft.reference}/pieces/{ours.pieces[1].pk}/retirer",
    ]
    assert [browser.post(path).status_code for path in paths] == [404] * len(paths)
    assert Item.objects.filter(pk__in=[i.pk for i in ours.items + theirs.items]).count() == 6
    assert Attachment.objects.filter(pk__in=[p.pk for p in ours.pieces + theirs.pieces]).count() == 6


EXTRA = ("brand", "office", "phase", "reference", "id", "pk", "creditor_id", "brand_id", "office_id", "manager",
         "events_count", "is_attested", "created_at", "debtor")  # fmt: skip


def poisoned(world: World, **fields: Any) -> dict[str, Any]:
    """A form of ours with every owner field of the neighbour added."""
    theirs = world.neighbour
    values = dict.fromkeys(EXTRA, "1") | {
        "brand": world.foreigner.creditor.brand_id, "brand_id": world.foreigner.creditor.brand_id,
        "office": theirs.office.pk, "office_id": theirs.office.pk, "phase": "settled", "reference": "AAAA-AAAA",
        "id": theirs.draft.pk, "pk": theirs.draft.pk, "creditor_id": theirs.creditor.pk,
        "debtor": theirs.draft.debtor_id, "dossier": theirs.draft.pk, "dossier_id": theirs.draft.pk,
    }  # fmt: skip
    return values | fields


@pytest.mark.attack("T06")
def test_owner_fields_of_a_new_dossier_are_ignored(world: World) -> None:
    ours = world.ours
    form = poisoned(world, creditor=ours.creditor.pk, currency="EUR", origin="invoice")
    assert at_door("espace", world).post("/espace/dossiers/creer", form).status_code == 302
    made = Dossier.objects.latest("pk")
    assert (made.creditor, made.brand, made.office, made.phase) == (
        ours.creditor,
        ours.creditor.brand,
        None,
        Phase.DRAFT,
    )
    assert (made.debtor, made.is_attested) == (None, False) and made.reference != "AAAA-AAAA"


@pytest.mark.attack("T06")
def test_owner_fields_of_a_draft_are_ignored(world: World) -> None:
    ours, browser = world.ours, at_door("espace", world)
    base = f"/espace/dossiers/{ours.draft.reference}"
    before = Dossier.objects.filter(pk=ours.draft.pk).values("creditor", "brand", "office", "phase", "reference").get()
    theirs = Debtor.objects.filter(pk=world.neighbour.draft.debtor_id).values().get()
    browser.post(f"{base}/creer", poisoned(world, creditor=world.neighbour.creditor.pk, currency="EUR", origin="rent"))
    debtor = {"kind": "natural", "last_name": "Nouveau", "street": "1 rue", "postcode": "69002", "town": "Lyon",
              "territory": "FR", "civility": "M"}  # fmt: skip
    assert (
        browser.post(f"{base}/debiteur", poisoned(world, creditor=world.neighbour.creditor.pk, **debtor)).status_code
        == 302
    )
    after = Dossier.objects.get(pk=ours.draft.pk)
    assert (
        Dossier.objects.filter(pk=after.pk).values("creditor", "brand", "office", "phase", "reference").get() == before
    )
    assert after.debtor and (after.debtor.creditor, after.debtor.last_name) == (ours.creditor, "Nouveau")
    assert Debtor.objects.filter(pk=world.neighbour.draft.debtor_id).values().get() == theirs


@pytest.mark.attack("T06")
def test_owner_fields_of_an_element_and_of_a_payment_are_ignored(world: World) -> None:
    ours, browser = world.ours, at_door("espace", world)
    element = poisoned(
        world, creditor=world.neighbour.creditor.pk, kind="invoice", number="NEUF", issued_on="2026-01-01",
        due_on="2026-01-31", gross="10", currency="EUR",
    )  # fmt: skip
    assert browser.post(f"/espace/dossiers/{ours.draft.reference}/elements", element).status_code == 302
    payment = element | {"kind": "invoice", "number": "PAYÉ", "gross": "1"}
    assert browser.post(f"/espace/dossiers/{ours.open.reference}/paiement", payment).status_code == 302
    made = {item.number: item for item in Item.objects.order_by("-pk")[:2]}
    assert (made["NEUF"].dossier, made["NEUF"].creditor) == (ours.draft, ours.creditor)
    assert (made["PAYÉ"].dossier, made["PAYÉ"].creditor, made["PAYÉ"].kind) == (
        ours.open,
        ours.creditor,
        "payment",
    )
    assert made["PAYÉ"].gross == Decimal(1)


@pytest.mark.attack("T07")
@pytest.mark.parametrize("name", ["creditor", "subsidiary"])
def test_a_strangers_key_in_ones_own_form_is_an_error(name: str, world: World) -> None:
    form = {"creditor": world.ours.creditor.pk, "currency": "EUR", "origin": "invoice"}
    count = Dossier.objects.count()
    for stranger in world.strangers:
        answer = at_door("espace", world).post("/espace/dossiers/creer", form | {name: stranger.creditor.pk})
        assert answer.status_code == 422 and name in answer.context["form"].errors
        assert CANARY not in answer.content.decode()
    assert Dossier.objects.count() == count


@pytest.mark.attack("T07")
def test_one_cannot_act_for_a_strangers_creditor(world: World) -> None:
    browser = at_door("espace", world)
    for stranger in world.strangers:
        browser.post("/espace/creancier", {"creditor": stranger.creditor.pk})
        assert browser.get("/espace/").context["request"].creditor == world.ours.creditor
    browser.post("/espace/creancier", {"creditor": "' OR 1=1"})


# --- what one may guess from one's own pages ----------------------------------------------------------------------
MASKS = (
    r'(?s)<select name="manager".*?</select>',  # the colleague whom each look of this test brings along
    r'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"', r'nonce="[^"]*"', r'"X-CSRFToken": "[^"]*"', r'<time [^>]*>[^<]*</time>',
)  # fmt: skip


def masked(page: str) -> str:
    for mask in MASKS:
        page = re.sub(mask, "…", page)
    return page


def pages(world: World) -> dict[str, str]:
    """All that our creditor and our office may look at."""
    ours = world.ours
    desk, room = at_door("espace", world), at_door("etude", world)
    paths = ["/espace/", "/espace/dossiers/", "/espace/dossiers/?q=%25%25", "/espace/dossiers/?phase=amiable",
             "/espace/dossiers/creer", "/espace/mandat/", f"/espace/dossiers/{ours.draft.reference}/creer",
             f"/espace/dossiers/{ours.draft.reference}/validation", f"/espace/dossiers/{ours.open.reference}/"]  # fmt: skip
    found = {path: desk.get(path) for path in paths}
    paths = [
        "/etude/",
        "/etude/dossiers/",
        "/etude/dossiers/?q=%25%25",
        f"/etude/dossiers/{ours.open.reference}/",
    ]
    found |= {path: room.get(path) for path in paths}
    assert {answer.status_code for answer in found.values()} == {200}
    return {path: masked(answer.content.decode()) for path, answer in found.items()}


@pytest.mark.attack("T12", "T14")
def test_ones_pages_are_the_same_letter_for_letter_whatever_others_file(world: World) -> None:
    before = pages(world)
    for stranger in world.strangers:
        for phase in (
            Phase.DRAFT,
            Phase.SUBMITTED,
            Phase.AMIABLE,
            Phase.INJONCTION_OFFERED,
            Phase.SETTLED,
        ) * 2:
            made = factories.dossier(stranger.creditor, phase=phase, office=stranger.office)
            furnish_dossier(stranger, made, CANARY)
    assert pages(world) == before
    assert not [path for path, page in before.items() if CANARY in page]


@pytest.mark.attack("T34")
def test_no_strangers_paper_gets_into_a_bound_file_nor_a_list_of_papers(world: World) -> None:
    """The court's file binds what its dossier holds: keys in the form are not read, and the base takes no stranger's paper."""
    ours, theirs = world.ours, world.neighbour
    paper = theirs.documents[0]
    room = at_door("etude", world)
    named = {name: [str(paper.pk), str(ours.documents[0].pk)] for name in ("documents", "pieces", "ids", "key")}
    assert room.post(f"/etude/dossiers/{theirs.open.reference}/injonction", named).status_code == 404
    room.post(f"/etude/dossiers/{ours.open.reference}/injonction", named)
    held = [*ours.open.items.select_related("document"), *ours.open.attachments.select_related("document")]
    assert held and CANARY not in " ".join(one.document.name for one in held if one.document)
    for table, key in (("dossiers_item", ours.items[1].pk), ("dossiers_attachment", ours.pieces[1].pk)):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET document_id = %s WHERE id = %s", [paper.pk, key])
