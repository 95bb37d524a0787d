"""The signature service: any paper, by anybody, with a code; knows no mandate."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import clock
from core.crypto import decrypt
from documents import seal
from documents.inspection import inspect
from documents.models import Document
from dossiers.enums import Phase
from notifications.contents import CONTENTS, NoLongerWanted
from notifications.models import Message
from signatures import evidence, proof
from signatures.codes import CodeRefused, Signer, Way, send_code
from signatures.deeds import Deed
from signatures.models import Challenge, Proof, Sending, Signature, SigningEvent
from signatures.services import sign
from signatures.tasks import forget_sendings
from signatures.throttle import LIMITS, TooMany
from signatures.verify import verify
from tenants.context import Audience, Context, acting_as
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def signer(creditor: Any) -> Signer:
    return factories.signer(factories.member(creditor))


@pytest.fixture
def paper(creditor: Any) -> Document:
    return factories.paper(creditor)


def deed(paper: Document, **fields: Any) -> Deed:
    values = {
        "kind": "Accord d’échelonnement",
        "reference": "ACC-7",
        "consent": "J’accepte ces échéances.",
        "version": "2",
    }
    return Deed(paper, **(values | fields))


def code_of(challenge: Challenge) -> str:
    sealed = Message.objects.get(key=f"signature-code-{challenge.pk}").payload["code"]
    return decrypt(sealed, place=f"challenge:{challenge.pk}")


def ask(paper: Document, signer: Signer, now: datetime, channel: str = "email", to: str = "") -> str:
    return code_of(send_code(paper, signer, Way(channel, to or signer.email), now=now))


def signed(paper: Document, signer: Signer, now: datetime, **fields: Any) -> Signature:
    code = ask(paper, signer, now)
    return sign(deed(paper, **fields), signer, code=code, shown=paper.sha256, now=now + timedelta(minutes=1))


@pytest.fixture
def signature(paper: Document, signer: Signer, now: datetime) -> Signature:
    return signed(paper, signer, now)


@pytest.fixture
def proved(signature: Signature, now: datetime) -> Signature:
    assert proof.complete(now=now) == 1
    return signature


# --- what is signed ---------------------------------------------------------------------------------------------------
def test_the_bytes_that_were_read_stand_untouched_at_the_head_of_what_is_signed(signature: Signature) -> None:
    assert signature.sealed.read().startswith(signature.shown.read())


def test_a_page_of_signature_follows_the_pages_that_were_read(signature: Signature, tmp_path: Path) -> None:
    path = tmp_path / "signe.pdf"
    path.write_bytes(signature.sealed.read())
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True).stdout
    for told in ("Page de signature", "ACC-7", "Jeanne Martin", "J’accepte ces échéances.", "essai n° 1"):
        assert told in text, told
    assert signature.shown.sha256 in text.replace("\n", "")


def test_a_foreign_reader_finds_the_seal_valid(proved: Signature, tmp_path: Path) -> None:
    """Poppler's pdfsig: another program, another library, nothing of ours."""
    path = tmp_path / "signe.pdf"
    path.write_bytes(proved.paper.read())
    told = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, check=True, text=True).stdout
    assert "Signature is Valid" in told and "ETSI.CAdES.detached" in told
    assert "Credicys, horodatage d’essai" in told, "it sees the time stamp too, which it cannot judge"


def test_a_paper_that_changed_since_it_was_shown_is_not_signed(paper: Document, signer: Signer, now: datetime) -> None:
    code = ask(paper, signer, now)
    with pytest.raises(CodeRefused, match="a changé depuis"):
        sign(deed(paper), signer, code=code, shown="0" * 64, now=now)
    assert Challenge.objects.get().tries == 0 and not Signature.objects.exists()


def test_a_paper_is_signed_once(signature: Signature, paper: Document, signer: Signer, now: datetime) -> None:
    code = ask(paper, signer, now)
    with pytest.raises(CodeRefused, match="déjà signé"):
        sign(deed(paper), signer, code=code, shown=paper.sha256, now=now)
    assert Signature.objects.count() == 1


@pytest.mark.attack("O26")
def test_a_clock_that_is_wrong_stops_signing(paper: Document, signer: Signer, now: datetime, monkeypatch: Any) -> None:
    code = ask(paper, signer, now)
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        with pytest.raises(CodeRefused, match="suspendue"):
            sign(deed(paper), signer, code=code, shown=paper.sha256, now=now)
    assert not Signature.objects.exists()


def test_a_debtor_signs_in_his_room_with_his_own_rights(creditor: Any, office: Any, now: datetime) -> None:
    """PSRPC acceptance, instalments: the same function under the debtor's role, which may touch his dossier only."""
    dossier = factories.dossier(creditor, phase=Phase.PSRPC, office=office)
    paper = factories.paper(creditor, dossier_id=dossier.pk, for_debtor=True)
    debtor = Signer(f"debtor:{dossier.debtor_id}", "Paul Durand", "s", email="paul@durand.example")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE app_login")
        with acting_as(Context(Audience.DEBTOR, brand=dossier.brand_id, dossier=dossier.pk)):
            challenge = send_code(paper, debtor, Way("email", debtor.email), now=now)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        code = code_of(challenge)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE app_login")
        with acting_as(Context(Audience.DEBTOR, brand=dossier.brand_id, dossier=dossier.pk)):
            made = sign(deed(paper), debtor, code=code, shown=paper.sha256, now=now)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert made.dossier_id == dossier.pk and made.sealed.read().startswith(paper.read())


# --- codes --------------------------------------------------------------------------------------------------------------
@pytest.mark.attack("O05")
def test_the_code_before_the_last_one_does_not_sign(paper: Document, signer: Signer, now: datetime) -> None:
    first, second = ask(paper, signer, now), ask(paper, signer, now + timedelta(seconds=5))
    if first != second:
        with pytest.raises(CodeRefused):
            sign(deed(paper), signer, code=first, shown=paper.sha256, now=now + timedelta(seconds=6))
    assert sign(deed(paper), signer, code=second, shown=paper.sha256, now=now + timedelta(seconds=7))


@pytest.mark.attack("O08")
def test_three_codes_in_a_quarter_of_an_hour_then_a_wait_that_is_told(
    paper: Document, signer: Signer, now: datetime
) -> None:
    for seconds in (0, 60, 120):
        ask(paper, signer, now + timedelta(seconds=seconds))
    with pytest.raises(TooMany) as refusal:
        ask(paper, signer, now + timedelta(seconds=180))
    assert refusal.value.wait == 12 * 60 and "12 minutes" in str(refusal.value)
    assert ask(paper, signer, now + timedelta(minutes=15, seconds=1))


@pytest.mark.attack("O11")
def test_five_codes_a_day_and_no_more(paper: Document, signer: Signer, now: datetime) -> None:
    for hours in range(5):
        ask(paper, signer, now + timedelta(hours=hours))
    with pytest.raises(TooMany, match="heures"):
        ask(paper, signer, now + timedelta(hours=6))
    assert ask(paper, signer, now + timedelta(hours=24, seconds=1))


@pytest.mark.attack("O08")
def test_a_number_gets_three_codes_in_a_quarter_whoever_asks(creditor: Any, paper: Document, now: datetime) -> None:
    people = [factories.signer(factories.member(creditor)) for _ in range(4)]
    for person in people[:3]:
        ask(paper, person, now, "sms", "+33612345678")
    with pytest.raises(TooMany):
        ask(paper, people[3], now, "sms", "+33612345678")
    assert ask(paper, people[3], now, "sms", "+33698765432")


@pytest.mark.attack("O08")
@pytest.mark.parametrize("bucket", ["brand", "all"])
def test_sms_pumping_is_stopped_by_a_budget(
    bucket: str, paper: Document, creditor: Any, now: datetime, monkeypatch: Any
) -> None:
    monkeypatch.setitem(LIMITS, bucket, ((4, timedelta(hours=1)),))
    for n in range(4):
        ask(paper, factories.signer(factories.member(creditor)), now, "sms", f"+3361234567{n}")
    with pytest.raises(TooMany):
        ask(paper, factories.signer(factories.member(creditor)), now, "sms", "+33612345679")


def test_what_no_limit_counts_any_more_is_forgotten(paper: Document, signer: Signer, now: datetime) -> None:
    ask(paper, signer, now)
    with time_machine.travel(now + timedelta(days=2, minutes=1), tick=False):
        assert forget_sendings() == 4 and not Sending.objects.exists()


def test_a_counted_sending_names_nobody(paper: Document, signer: Signer, now: datetime) -> None:
    ask(paper, signer, now)
    assert all(re.fullmatch(r"[0-9a-f]{64}", sending.bucket) for sending in Sending.objects.all())


@pytest.mark.attack("O15")
@pytest.mark.parametrize(
    "name",
    ["Étude\r\nMorel", "Gagnez http://mal.example/x vite", "X" * 1000, "🎉 Fête", "${x} {{ y }}", "www.mal.example"],
)
def test_an_sms_cannot_be_bent_by_a_name(
    name: str, creditor: Any, signer: Signer, paper: Document, now: datetime
) -> None:
    type(creditor.brand).objects.update(name=name[:80])
    send_code(paper, signer, Way("sms", "+33612345678"), now=now)
    text = CONTENTS["signature_code"](Message.objects.select_related("brand").get(kind="signature_code")).text
    assert len(text) <= 160 and "\n" not in text and "\r" not in text
    assert "http" not in text and "www" not in text and "🎉" not in text
    assert re.search(r"\b\d{6}\b", text)


def test_a_code_that_was_replaced_does_not_leave_any_more(paper: Document, signer: Signer, now: datetime) -> None:
    ask(paper, signer, now)
    ask(paper, signer, now + timedelta(seconds=9))
    first, second = Message.objects.filter(kind="signature_code").select_related("brand").order_by("created_at")
    with pytest.raises(NoLongerWanted):
        CONTENTS["signature_code"](first)
    assert CONTENTS["signature_code"](second).is_confidential


# --- the evidence -----------------------------------------------------------------------------------------------------
@pytest.mark.attack("O28")
def test_the_evidence_holds_every_fact_that_a_judge_asks_for(paper: Document, signer: Signer, now: datetime) -> None:
    code = ask(paper, signer, now)
    with pytest.raises(CodeRefused):
        sign(deed(paper), signer, code=f"{(int(code) + 1) % 10**6:06d}", shown=paper.sha256, now=now)
    facts = sign(deed(paper), signer, code=code, shown=paper.sha256, now=now + timedelta(minutes=2)).evidence
    assert facts["document"] == {"name": "Convention.pdf", "version": "2", "sha256": paper.sha256, "size": paper.size}
    assert facts["consent"] == {"text": "J’accepte ces échéances.", "version": "2"}
    assert facts["signer"] == {"person": signer.person, "name": "Jeanne Martin", "identity": "essai",
                               "email": f"{signer.email[:2]}…@exemple.fr", "phone": ""}  # fmt: skip
    assert (facts["code"]["channel"], facts["code"]["tries"]) == ("email", 2) and "…" in facts["code"]["destination"]
    assert facts["code"]["sent_at"] == now.isoformat()
    assert facts["code"]["entered_at"] == facts["signed_at"] == (now + timedelta(minutes=2)).isoformat()
    assert facts["request"] == {"ip": "192.0.2.1", "user_agent": "essai"}
    assert [step["kind"] for step in facts["events"]] == ["asked", "wrong", "accepted"]
    assert facts["chain"]["number"] == 1 and facts["level"]["name"] == "simple"
    told = json.dumps(facts)
    assert code not in told and signer.email not in told
    missing = [name for name in SCHEMA["required"] if name not in facts]
    missing += [f"{part}.{name}" for part, rule in SCHEMA["properties"].items() if part in facts and part != "papers"
                for name in rule.get("required", []) if name not in facts[part]]  # fmt: skip
    assert not missing


SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "signature.schema.json").read_text(encoding="utf-8")
)


@pytest.mark.attack("O13")
def test_one_mailbox_for_everything_is_said_in_the_evidence(paper: Document, signer: Signer, now: datetime) -> None:
    by_mail = signed(paper, signer, now).evidence
    assert "un seul moyen" in by_mail["level"]["remark"]
    other = factories.paper(factories.creditor())
    code = ask(other, signer, now, "sms", "+33612345678")
    by_sms = sign(deed(other), signer, code=code, shown=other.sha256, now=now).evidence
    assert by_sms["level"] == {"name": "simple", "text": evidence.LEVEL, "remark": ""}


def test_the_sealed_paper_carries_its_own_facts(signature: Signature) -> None:
    found = inspect(signature.sealed.read())
    assert found.holds and json.loads(found.files["signature.json"]) == signature.evidence


def test_signatures_of_a_creditor_are_chained(creditor: Any, signer: Signer, now: datetime) -> None:
    first = signed(factories.paper(creditor), signer, now)
    second = signed(factories.paper(creditor), signer, now + timedelta(minutes=5))
    assert (second.number, second.previous) == (2, first.hash)
    assert evidence.first_broken([first, second]) is None


# --- proof, stamped --------------------------------------------------------------------------------------------------
def test_a_signature_is_stamped_and_proved_once(proved: Signature, now: datetime) -> None:
    assert proof.complete(now=now) == 0
    found = Proof.objects.get()
    assert found.stamped.read().startswith(proved.sealed.read())
    told = inspect(found.stamped.read())
    assert (
        told.holds
        and told.stamped_by == "Credicys, horodatage d’essai"
        and told.stamped_at.replace(microsecond=0) == found.stamped_at
    )
    assert inspect(found.file.read()).holds
    facts = json.loads(inspect(found.file.read()).files["preuve.json"])
    assert facts["papers"]["stamped_sha256"] == found.stamped.sha256 and facts["chain"] == proved.evidence["chain"]


def test_the_stamped_paper_holds_what_is_needed_to_check_it_in_ten_years(proved: Signature) -> None:
    """B-LT: certificates and revocation lists are in the file; B-LTA: a time stamp covers them."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
    from pyhanko.sign.validation.dss import DocumentSecurityStore  # noqa: PLC0415

    reader = PdfFileReader(io.BytesIO(proved.paper.read()))
    store = DocumentSecurityStore.read_dss(reader)
    assert len(store.certs) >= 2 and len(store.crls) >= 1
    assert reader.embedded_timestamp_signatures[-1].compute_integrity_info() is None
    assert reader.embedded_timestamp_signatures[-1].coverage.name == "ENTIRE_FILE"


def test_while_the_time_authority_is_silent_the_signature_holds_and_waits(
    signature: Signature, now: datetime, monkeypatch: Any
) -> None:
    def silent(sealed: bytes) -> Any:
        raise seal.TimeUnavailable("pas de réponse")

    monkeypatch.setattr(proof, "stamp", silent)
    assert proof.complete(now=now) == 0 and not Proof.objects.exists()
    monkeypatch.undo()
    assert proof.complete(now=now) == 1 and signature.paper != signature.sealed


@pytest.mark.attack("O26")
def test_a_time_stamp_that_tells_another_time_than_ours_is_not_taken(signature: Signature, now: datetime) -> None:
    told, at = seal.stamp(signature.sealed.read())
    assert abs(at - timezone.now()) < timedelta(minutes=1) and told
    real = timezone.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seal.timezone, "now", lambda: real - timedelta(minutes=6))
        with pytest.raises(seal.TimeUnavailable, match="diffèrent"):
            seal.stamp(signature.sealed.read())


@pytest.mark.attack("O29")
def test_the_bundle_is_checked_by_python_and_openssl_alone(proved: Signature, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(Proof.objects.get().bundle.read())) as archive:
        archive.extractall(tmp_path)
    told = offline(tmp_path)
    assert told.returncode == 0 and told.stdout.startswith("OK : Jeanne Martin a signé « Convention.pdf »"), told.stdout
    for name in ("signe.pdf", "preuve.pdf", "preuve.json"):
        path = tmp_path / name
        before = path.read_bytes()
        place = before.index(b"endstream") - 3 if name.endswith("pdf") else before.index(b'"sha256"') + 13
        path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
        told = offline(tmp_path)
        assert told.returncode == 1 and told.stdout.startswith("NOK"), name
        path.write_bytes(before)


def offline(folder: Path) -> Any:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8"}
    arguments = [sys.executable, "-I", str(folder / "verifier.py")]
    return subprocess.run(arguments, capture_output=True, text=True, env=environment, check=False)


# --- what was changed is found ----------------------------------------------------------------------------------------
@pytest.mark.attack("O18")
def test_every_region_of_a_sealed_paper_is_guarded_against_one_byte(proved: Signature) -> None:
    content = proved.paper.read()
    for place in range(50, len(content) - 10, len(content) // 40):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        assert not verify(changed).holds, f"byte {place} of {len(content)}"


@pytest.mark.attack("O19")
def test_an_update_appended_after_the_seal_is_not_accepted(proved: Signature) -> None:
    from pyhanko.pdf_utils import generic  # noqa: PLC0415
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415

    for content in (proved.sealed.read(), proved.paper.read()):
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        page = writer.root["/Pages"]["/Kids"][0]
        page[generic.pdf_name("/Rotate")] = generic.NumberObject(90)
        writer.update_container(page)
        out = io.BytesIO()
        writer.write(out)
        verdict = verify(out.getvalue())
        assert not verdict.holds and any("ajouts" in fault or "rompu" in fault for fault in verdict.faults)


@pytest.mark.attack("O17")
def test_bytes_swapped_in_the_storage_are_told_by_name(proved: Signature, tmp_path: Path) -> None:
    storage = proved.sealed.file.storage
    Path(storage.path(proved.sealed.file.name)).write_bytes(factories.pdf())
    with pytest.raises(Exception, match="ne correspond plus à son empreinte"):
        proved.sealed.read()
    verdict = verify(factories.pdf())
    assert verdict.faults == ["Ce PDF ne porte pas de sceau."]


def as_owner(sql: str, *params: Any) -> None:
    """As whoever owns the database could: without the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("signatures_signature", "signatures_signingevent"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, params)


@pytest.mark.attack("O22")
def test_a_fact_edited_in_the_database_is_told_with_its_row(proved: Signature) -> None:
    forged = proved.evidence | {"signed_at": "2020-01-01T00:00:00+00:00"}
    as_owner("UPDATE signatures_signature SET evidence = %s WHERE id = %s", json.dumps(forged), proved.pk)
    verdict = verify(proved.paper.read())
    assert not verdict.holds and str(proved.pk) in verdict.faults[0]


@pytest.mark.attack("O23")
def test_a_signature_removed_from_the_chain_leaves_a_gap(creditor: Any, signer: Signer, now: datetime) -> None:
    first, second, third = (
        signed(factories.paper(creditor), signer, now + timedelta(minutes=20 * n)) for n in range(3)
    )
    third.refresh_from_db()
    as_owner("DELETE FROM signatures_signature WHERE id = %s", second.pk)
    verdict = verify(third.sealed.read())
    assert not verdict.holds and str(third.pk) in verdict.faults[0]
    as_owner("DELETE FROM signatures_signature WHERE id = %s", third.pk)
    gone = verify(third.sealed.read())
    assert gone.holds and not gone.known_here, "the sealed paper outlives the row that was removed"
    assert verify(first.sealed.read()).known_here


@pytest.mark.attack("O24")
def test_a_chain_computed_again_after_a_lie_is_found_by_the_stamped_paper(proved: Signature) -> None:
    forged = json.loads(json.dumps(proved.evidence))
    forged["signer"]["name"] = "Quelqu’un d’autre"
    forged["chain"]["hash"] = evidence.digest(forged)
    as_owner("UPDATE signatures_signature SET evidence = %s, hash = %s WHERE id = %s",
             json.dumps(forged), forged["chain"]["hash"], proved.pk)  # fmt: skip
    changed = Signature.objects.get(pk=proved.pk)
    assert evidence.first_broken([changed]) is None, "the chain alone says nothing"
    assert not verify(proved.paper.read()).holds


@pytest.mark.attack("O25")
@pytest.mark.parametrize("table", ["signatures_signature", "signatures_signingevent", "signatures_proof"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET creditor_id = creditor_id", "DELETE FROM {}"])
def test_nobody_rewrites_a_proof(table: str, sql: str, proved: Signature) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
    assert Signature.objects.exists() and SigningEvent.objects.exists() and Proof.objects.exists()


# --- the command -------------------------------------------------------------------------------------------------------
def command(path: Path, *options: str) -> tuple[str, int]:
    out, status = io.StringIO(), 0
    try:
        call_command("verify_signature", str(path), *options, stdout=out)
    except SystemExit as stop:
        status = int(str(stop.code))
    return out.getvalue(), status


def test_the_command_says_who_what_and_when_in_french(proved: Signature, tmp_path: Path) -> None:
    path = tmp_path / "signe.pdf"
    path.write_bytes(proved.paper.read())
    told, status = command(path)
    assert status == 0
    for line in ("le fichier est tel qu’il a été signé", "Jeanne Martin", "Accord d’échelonnement ACC-7", "2026-03-02",
                 "Dans cette base oui"):  # fmt: skip
        assert line in told, told
    machine = json.loads(command(path, "--json")[0])
    assert machine["holds"] and machine["facts"]["document"]["sha256"] == proved.shown.sha256
    path.write_bytes(Proof.objects.get().file.read())
    assert command(path)[1] == 0


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 rien", b"PK\x03\x04", b"\x00" * 1000])
def test_the_command_answers_about_anything(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fichier"
    path.write_bytes(content)
    told, status = command(path)
    assert status == 1 and "NE PAS S’Y FIER" in told and "abîmé" in told


def test_the_clock_of_the_domain_is_what_a_signature_tells(signature: Signature, now: datetime) -> None:
    assert signature.signed_at == now + timedelta(minutes=1) and clock.agrees_with_database()
    assert hashlib.sha256(signature.shown.read()).hexdigest() == signature.evidence["document"]["sha256"]
