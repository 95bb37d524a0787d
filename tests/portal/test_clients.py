"""The daily feed of a creditor's clients: by the interface and by file, checked, and never twice."""

import json
import os
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.roles import Role
from core import clock
from dossiers import clients, drops
from dossiers.models import Client, FeedDelivery, FeedToken
from tests import factories
from tests.conftest import MONDAY, AppClient

API = reverse("api-clients")
ROW = {
    "reference": "C1", "nom": "Boulangerie Durand", "siren": "552 100 554", "code_postal": "98800", "ville": "Nouméa",
    "ridet": "0123456.001", "telephone": "41 20 20", "courriel": "a@durand.example", "adresse": "3 rue Neuve",
}  # fmt: skip


@pytest.fixture
def secret(creditor: Any) -> str:
    return clients.create_token(creditor, label="Sage", by="Jeanne", now=MONDAY)[1]


def send(rows: Any, secret: str, key: str = "lundi", browser: Any = None) -> Any:
    body = rows if isinstance(rows, str) else json.dumps(rows)
    return (browser or AppClient()).post(
        API, body, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {secret}", HTTP_IDEMPOTENCY_KEY=key
    )


@pytest.mark.req("REL-27")
def test_a_days_clients_come_in_by_the_interface_and_are_corrected_the_next_day(creditor: Any, secret: str) -> None:
    assert send([ROW], secret).json() == {"received": 1, "created": 1, "changed": 0, "doubtful": 0, "refused": []}
    client = Client.objects.get(creditor=creditor)
    assert (client.siren, client.ridet, client.phone, client.email) == (
        "552100554",
        "0123456001",
        "+687412020",
        "a@durand.example",
    )
    again = send([ROW | {"ville": "Dumbéa"}, ROW | {"reference": "C2"}], secret, key="mardi").json()
    assert (again["created"], again["changed"]) == (1, 1)
    assert send([ROW | {"ville": "Dumbéa"}], secret, key="mercredi").json()["changed"] == 0


@pytest.mark.req("REL-27")
def test_the_same_sending_again_changes_nothing_and_another_under_its_key_is_refused(secret: str) -> None:
    first = send([ROW], secret)
    second = send([ROW], secret)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert send([ROW | {"nom": "Autre"}], secret).status_code == 409
    assert (Client.objects.get().name, FeedDelivery.objects.count()) == ("Boulangerie Durand", 1)


def test_a_csv_body_is_read_like_an_import(secret: str) -> None:
    body = "Référence;Raison sociale;Code postal\r\nC7;Crêperie Noël;69002\r\n"
    assert send(body, secret).json()["created"] == 1
    assert Client.objects.get().name == "Crêperie Noël"


@pytest.mark.req("REL-31")
def test_what_cannot_be_right_is_set_aside_and_the_rest_is_kept(creditor: Any, secret: str, as_creditor: Any) -> None:
    wrong = {"ridet": "12", "telephone": "12", "courriel": "a@b", "siren": "123456789", "adresse": "x" * 39}
    assert send([ROW | wrong], secret).json()["doubtful"] == 1
    client = Client.objects.get()
    assert set(client.doubts) == {"ridet", "phone", "email", "siren", "street"}
    assert (client.ridet, client.phone, client.town) == ("", "", "Nouméa")
    page = as_creditor().get(reverse("client-feed")).content.decode()
    assert "Boulangerie Durand" in page and "123456789" in page


def test_a_line_without_reference_or_name_is_told_and_the_others_come_in(secret: str) -> None:
    told = send([{"nom": "Sans référence"}, ROW], secret).json()
    assert (told["created"], told["refused"]) == (1, ["Ligne 1 : référence ou nom manquant."])


@pytest.mark.parametrize("body", ["[", "[1]", '{"clients": 3}', "nimporte", '"texte"', ""])
def test_what_is_no_list_of_clients_is_refused_whole(secret: str, body: str) -> None:
    assert send(body, secret).status_code == 422
    assert not FeedDelivery.objects.exists()


def test_only_a_living_token_of_this_brand_opens(creditor: Any, secret: str) -> None:
    assert send([ROW], "flux_faux").status_code == send([ROW], "").status_code == 401
    browser = AppClient(headers={"host": factories.brand("autre").host})
    assert send([ROW], secret, browser=browser).status_code == 401
    clients.revoke_token(FeedToken.objects.get(), by="Jeanne", now=MONDAY)
    assert send([ROW], secret).status_code == 401
    assert not Client.objects.exists()


def test_the_secret_is_kept_as_a_fingerprint_only_and_shown_once(creditor: Any, as_creditor: Any) -> None:
    browser = as_creditor()
    browser.post(reverse("client-feed"), {"label": "Sage"})
    shown = browser.get(reverse("client-feed")).content.decode()
    secret = shown.split('value="flux_')[1].split('"')[0]
    assert f"flux_{secret}" not in browser.get(reverse("client-feed")).content.decode()
    assert secret not in str(FeedToken.objects.values().get())
    assert send([ROW], f"flux_{secret}").status_code == 201


@pytest.mark.parametrize("role", [Role.MANAGER, Role.FILER, Role.READER])
def test_only_the_owner_makes_tokens(creditor: Any, client: Any, role: str) -> None:
    client.force_login(factories.member(creditor, role), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(reverse("client-feed"), {"label": "x"}).status_code == 403
    assert not FeedToken.objects.exists()


@pytest.mark.req("REL-25")
def test_the_whole_base_is_watched_and_newcomers_follow(creditor: Any, secret: str, as_creditor: Any) -> None:
    send([ROW], secret)
    as_creditor().post(reverse("client-feed-watch"), {"on": "1"})
    send([ROW | {"reference": "C2"}], secret, key="mardi")
    assert set(Client.objects.values_list("watched", flat=True)) == {True}


# --- by file ---------------------------------------------------------------------------------------------------
@pytest.fixture
def folder(settings: Any, tmp_path: Any, creditor: Any) -> Any:
    settings.FEED_DIR = str(tmp_path / "feed")
    place = tmp_path / "feed" / str(creditor.pk)
    place.mkdir(parents=True)
    return place


@pytest.mark.req("REL-27")
def test_a_file_left_in_the_folder_is_taken_in_and_put_aside(folder: Any, creditor: Any) -> None:
    (folder / "clients.csv").write_bytes("reference;nom\nC1;Hélène\n".encode("cp1252"))
    assert drops.poll(now=clock.now(), settled=0) == 1
    assert Client.objects.get().creditor == creditor
    assert not (folder / "clients.csv").exists() and len(list((folder / "traites").iterdir())) == 1
    assert drops.poll(now=clock.now(), settled=0) == 0


def test_a_file_met_again_after_a_crash_changes_nothing(folder: Any, monkeypatch: Any) -> None:
    (folder / "clients.csv").write_text("reference;nom\nC1;Durand\n")
    monkeypatch.setattr(drops, "_aside", lambda *args: None)  # killed before the move
    drops.poll(now=clock.now(), settled=0)
    drops.poll(now=clock.now(), settled=0)
    assert (Client.objects.count(), FeedDelivery.objects.count()) == (1, 1)


def test_a_file_that_still_grows_and_one_that_is_a_link_are_left(folder: Any, tmp_path: Any) -> None:
    (folder / "neuf.csv").write_text("reference;nom\n")
    (tmp_path / "secret.csv").write_text("reference;nom\nC1;X\n")
    os.symlink(tmp_path / "secret.csv", folder / "lien.csv")
    assert drops.poll(now=clock.now()) == 0
    assert drops.poll(now=clock.now(), settled=0) == 1  # the growing one only
    assert not Client.objects.exists()


def test_a_file_that_cannot_be_read_is_put_aside_with_its_reason(folder: Any) -> None:
    (folder / "clients.csv").write_text("a;b\n1;2\n")
    drops.poll(now=clock.now(), settled=0)
    [reason] = (folder / "refuses").glob("*.motif.txt")
    assert "reference" in reason.read_text()


def test_a_folder_speaks_for_its_own_creditor_only(folder: Any, creditor: Any) -> None:
    other = factories.creditor(creditor.brand)
    (folder / "clients.csv").write_text(f"reference;nom;creditor_id\nC1;Durand;{other.pk}\n")
    with transaction.atomic():
        drops.poll(now=clock.now(), settled=0)
    assert not Client.objects.filter(creditor=other).exists()
