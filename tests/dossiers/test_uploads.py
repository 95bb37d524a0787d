"""Files that people attach: where they are kept, and who may add one."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.models import Document
from documents.sniffing import Refused, sniff
from dossiers.enums import Phase
from dossiers.models import Attachment
from dossiers.services import Locked, attach
from tests import factories
from tests.conftest import MONDAY

NAMES = [
    "../../etc/passwd.pdf",
    "..\\..\\a.pdf",
    "/abs/x.pdf",
    "a\u202efdp.exe.pdf",
    "con.pdf",
    "x" * 500 + ".pdf",
    "<b>.pdf",
]


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.pdf())


@pytest.mark.attack("U19")
@pytest.mark.parametrize("name", NAMES)
def test_no_name_given_by_a_person_reaches_the_storage(creditor: Any, name: str) -> None:
    dossier = factories.dossier(creditor)
    kept = attach(dossier, pdf(name), kind="other", by="Jeanne", now=MONDAY).document
    folder, _, key = str(kept.file.name).partition("/")
    assert (folder, len(key)) == (str(creditor.brand_id), 32) and int(key, 16)
    assert default_storage.exists(kept.file.name)


@pytest.mark.attack("U20")
@pytest.mark.parametrize("phase", [Phase.SETTLED, Phase.CLOSED])
def test_nothing_is_attached_to_a_dossier_that_has_ended(
    creditor: Any, office: Any, as_creditor: Any, phase: str
) -> None:
    dossier = factories.dossier(creditor, phase=phase, office=office)
    with pytest.raises(Locked):
        attach(dossier, pdf("a.pdf"), kind="other", by="Jeanne", now=MONDAY)
    as_creditor().post(reverse("dossier-attach", args=[dossier.reference]), {"files": pdf("a.pdf")})
    assert not Attachment.objects.exists()


@pytest.mark.attack("U20")
def test_nothing_is_attached_to_a_strangers_dossier(creditor: Any, as_creditor: Any) -> None:
    strange = factories.dossier(factories.creditor(creditor.brand), phase=Phase.AMIABLE)
    before = Document.objects.count()
    answer = as_creditor().post(reverse("dossier-attach", args=[strange.reference]), {"files": pdf("a.pdf")})
    assert answer.status_code == 404
    assert (Attachment.objects.count(), Document.objects.count()) == (0, before)


@pytest.mark.attack("X07")
@pytest.mark.parametrize(
    "inner", ['<image href="http://169.254.169.254/"/>', '<use href="http://localhost/#a"/>', "&x;"]
)
def test_a_drawing_that_could_ask_for_something_is_refused(inner: str) -> None:
    svg = f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>'
    for content in (svg, svg.replace("<!DOCTYPE", "<!--").replace("]>", "-->"), "\ufeff" + svg):
        with pytest.raises(Refused):
            sniff(content.encode(), "logo.svg")
