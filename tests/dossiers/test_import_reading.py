"""What a spreadsheet says: encodings, separators, amounts, days, and the faults of each line."""

import io
import random
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from core.identifiers import check_iban
from documents.sniffing import Refused
from dossiers.forms import DebtorForm, ItemForm
from dossiers.imports.columns import COLUMNS, FAULTS, NAMES, header_of
from dossiers.imports.reading import CHECKS, amount, claim_of, day, faults_of, siren
from dossiers.imports.sheet import lines
from dossiers.models import Dossier

GOOD = {column.name: column.example for column in COLUMNS}


def cells(**changes: str) -> list[str]:
    return [(GOOD | changes)[name] for name in NAMES]


def csv_of(*rows: list[str], separator: str = ";") -> str:
    return "".join(separator.join(f'"{cell}"' for cell in row) + "\r\n" for row in (list(NAMES), *rows))


def read(content: bytes) -> list[list[str]]:
    return [line for _number, line in lines(io.BytesIO(content))]


def test_the_template_itself_makes_a_claim() -> None:
    claim = claim_of(cells())
    assert claim.reference == "CLI-2026-001"
    assert (claim.item.gross, claim.item.net, claim.item.due_on) == (
        Decimal("1234.56"),
        Decimal("1028.80"),
        date(2026, 3, 2),
    )
    assert (claim.debtor.company, claim.debtor.phone, claim.debtor.is_commercant) == (
        "Boulangerie Durand",
        "+33472000001",
        True,
    )


@pytest.mark.attack("I05")
@pytest.mark.parametrize(
    "text", ["1 234,56", "1.234,56", "1,234.56", "1234,56", "1234.56", "1\u202f234,56 €", "1\u00a0234,56", "1'234.56"]
)
def test_an_amount_is_read_however_it_is_grouped(text: str) -> None:
    assert amount(text) == Decimal("1234.56")


@pytest.mark.attack("I05")
@pytest.mark.parametrize(
    "text",
    [
        "10,999",
        "1.234",
        "1,234",
        "1e9",
        "NaN",
        "inf",
        "-5",
        "1,2,3",
        "12 34",
        "0x10",
        "१२",
        "1.234.56",
        "",
        "12345678901",
        "99.999.999.999,00",
    ],
)
def test_an_amount_that_says_two_things_or_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        amount(text)


@pytest.mark.attack("I05")
def test_a_day_is_french_or_iso_and_never_guessed() -> None:
    assert day("31/01/2026") == day("31.1.2026") == day("2026-01-31") == date(2026, 1, 31)
    for text in ("31/02/2026", "01/31/2026", "31/01/26", "2026/01/31", "45000", "1/1/0026", "demain"):
        with pytest.raises(ValueError):
            day(text)


@pytest.mark.attack("I07")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_accents_are_right_in_every_encoding_and_with_every_separator(encoding: str, separator: str) -> None:
    content = csv_of(cells(societe="Crêperie Œuf & Noël"), separator=separator).encode(encoding)
    assert "Crêperie Œuf & Noël" in read(content)[1]


@pytest.mark.attack("I07")
def test_a_file_that_mixes_encodings_is_refused_rather_than_read_wrong() -> None:
    mixed = csv_of(cells(societe="Hélène")).encode() + csv_of(cells(societe="Hélène")).encode("cp1252")
    with pytest.raises(Refused, match="deux encodages"):
        read(mixed)
    with pytest.raises(Refused, match="encodage"):
        read(csv_of(cells()).encode("utf-16-le"))  # without its mark it is text full of zeros


def test_a_workbook_gives_what_its_person_sees() -> None:
    book = Workbook()
    book.active.append(list(NAMES))
    book.active.append(cells())
    place = NAMES.index
    book.active.cell(2, place("montant") + 1).value = 1234.56
    book.active.cell(2, place("emission") + 1).value = datetime(2026, 1, 31)
    out = io.BytesIO()
    book.save(out)
    header, line = read(out.getvalue())
    claim = claim_of(header_of(header).arrange(line))
    assert (claim.item.gross, claim.item.issued_on) == (Decimal("1234.56"), date(2026, 1, 31))


@pytest.mark.attack("I08", "I09")
def test_a_column_that_is_none_of_ours_is_left_alone() -> None:
    strange = ["__class__", "id", "pk", "tenant_id", "is_superuser", "creditor", "creancier", "phase"]
    header = header_of([*strange, *NAMES])
    assert list(header.ignored) == strange
    claim = claim_of(header.arrange(["9"] * len(strange) + cells()))
    assert (claim.debtor.pk, claim.debtor.creditor_id, claim.item.pk) == (None, None, None)
    assert set(claim.fields) == {
        "creditor_reference",
        "currency",
        "origin",
        "policy_number",
        "claim_reference",
        "comments",
    }


def test_headers_are_known_with_accents_spaces_and_other_names() -> None:
    names = [
        "Référence",
        "Raison sociale",
        "Adresse",
        "Code postal",
        "Ville",
        "Numéro facture",
        "Date facture",
        "Date échéance",
        "Montant TTC",
    ]
    assert header_of(names).places[0] == 0
    with pytest.raises(Refused, match="code_postal"):
        header_of([name for name in names if name != "Code postal"])
    with pytest.raises(Refused, match="deux fois"):
        header_of([*names, "montant"])


@pytest.mark.attack("I04")
@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("montant", "douze", "amount"), ("montant", "0", "positive"), ("emission", "31/02/2026", "day"), ("courriel", "a@b", "email"),
        ("siren", "552100555", "siren"), ("siren", "55210055400014", "siren"), ("societe", "", "name"), ("nom", "Durand", "two_names"),
        ("adresse", "", "needed"), ("adresse", "x" * 39, "envelope"), ("code_postal", "1000", "postcode"), ("echeance", "30/01/2026", "order"),
        ("montant_ht", "2000", "net"), ("devise", "USD", "currency"), ("telephone", "01 02", "phone"), ("tva", "FR00552100554", "vat"),
        ("consommateur", "oui", "consumer"), ("origine", "vol", "origin"), ("civilite", "Dr", "civility"), ("commercant", "peut-être", "yes_no"),
        ("reference", "R" * 61, "long"), ("ville", "Ly\u202eon", "control"),
    ],
)  # fmt: skip
def test_a_fault_names_its_column_and_its_cause(column: str, text: str, code: str) -> None:
    found = faults_of(cells(**{column: text}))
    expected = {"nom": "societe", "societe": "societe"}.get(column, column)
    assert (expected, code) in found
    assert all(sentence for sentence in FAULTS[code])


@pytest.mark.attack("I06")
def test_of_a_thousand_ibans_with_one_digit_changed_none_is_accepted() -> None:
    draw, good = random.Random(6), "FR1420041010050500013M02606"
    assert check_iban("fr14 2004 1010 0505 0001 3m02 606") == good
    for _turn in range(1_000):
        place = draw.choice([n for n, sign in enumerate(good) if sign.isdigit()])
        other = draw.choice([digit for digit in "0123456789" if digit != good[place]])
        with pytest.raises(ValueError):
            check_iban(good[:place] + other + good[place + 1 :])
    with pytest.raises(ValueError):
        check_iban("FR142004101005050001302606")  # 26 signs


def test_the_quick_siren_says_what_the_whole_rule_says() -> None:
    assert siren("552 100 554") == siren("55210055400013") == "552100554"
    assert siren("35600000000048") == "356000000"  # La Poste
    with pytest.raises(ValueError):
        siren("552100555")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {}, {"siren": "552100555"}, {"courriel": "a@b"}, {"adresse": "x" * 39}, {"societe": "mot " * 30}, {"complement": "y" * 40},
        {"montant": "0"}, {"montant_ht": "9999"}, {"echeance": "01/01/2026"}, {"telephone": "12"}, {"tva": "FR1"}, {"consommateur": "oui"},
        {"devise": "XPF", "montant": "10,5", "montant_ht": ""}, {"societe": "", "nom": "Durand", "consommateur": "oui", "commercant": "non"},
        {"societe": "", "nom": ""}, {"adresse": ""}, {"ville": ""}, {"facture": "F" * 61}, {"ville": "V" * 81},
    ],
)  # fmt: skip
def test_a_line_is_judged_as_the_wizard_judges_it(changes: dict[str, str], creditor: Any) -> None:
    """The two could drift apart: the same claim typed by hand is accepted or refused alike."""
    assert bool(faults_of(cells(**changes))) != wizard_takes(GOOD | changes, creditor)


def wizard_takes(row: dict[str, str], creditor: Any) -> bool:
    yes = {"oui": "on"}
    debtor = {
        "kind": "legal" if row["societe"] else "natural", "company": row["societe"], "siren": row["siren"], "vat_number": row["tva"],
        "civility": "M", "last_name": row["nom"], "first_name": row["prenom"], "is_consumer": yes.get(row["consommateur"], ""),
        "is_commercant": yes.get(row["commercant"], ""), "street": row["adresse"], "complement": row["complement"],
        "postcode": row["code_postal"], "town": row["ville"], "territory": "FR", "email": row["courriel"], "phone": row["telephone"],
    }  # fmt: skip
    item = {
        "kind": "invoice", "number": row["facture"], "issued_on": day(row["emission"]), "due_on": day(row["echeance"]),
        "gross": row["montant"], "net": row["montant_ht"], "currency": row["devise"],
    }  # fmt: skip
    dossier = Dossier(creditor=creditor, brand=creditor.brand, currency=row["devise"])
    forms = (DebtorForm(debtor), ItemForm(item, dossier=dossier))
    return all(form.is_valid() for form in forms)


def test_every_code_that_a_check_gives_has_its_sentences() -> None:
    assert {code for _name, code, _check in CHECKS} <= set(FAULTS)
