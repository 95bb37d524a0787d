"""The columns of the template: their names, what each holds, and an example of it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.sniffing import Refused


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `also` are other names that people give it."""

    name: str
    help: Promise
    example: str = ""
    is_needed: bool = False
    also: tuple[str, ...] = ()


COLUMNS = (
    Column("reference", gettext_lazy("Votre référence du dossier, unique : elle empêche d’importer deux fois la même créance."), "CLI-2026-001", True,
           ("votre_reference", "reference_dossier", "ref", "votre_reference_dossier")),
    Column("societe", gettext_lazy("Raison sociale du débiteur. Une ligne a une société ou un nom."), "Boulangerie Durand", False,
           ("debiteur", "raison_sociale", "company")),
    Column("siren", gettext_lazy("Neuf chiffres. Un SIRET est accepté : ses neuf premiers chiffres sont retenus."), "552100554", False, ("siret",)),
    Column("tva", gettext_lazy("Numéro de TVA français, FR compris."), "", False, ("numero_tva", "tva_intracommunautaire")),
    Column("civilite", gettext_lazy("M ou Mme, pour une personne."), ""),
    Column("nom", gettext_lazy("Nom de famille, pour une personne."), "", False, ("nom_de_famille",)),
    Column("prenom", gettext_lazy("Prénom, pour une personne."), ""),
    Column("consommateur", gettext_lazy("oui si la créance ne concerne pas une activité professionnelle ; une personne sans société est supposée l’être."), "non"),
    Column("commercant", gettext_lazy("oui pour une société commerciale ou une personne inscrite au registre du commerce."), "oui"),
    Column("adresse", gettext_lazy("Numéro et voie, 38 caractères au plus."), "3 place Bellecour", True, ("rue", "adresse_1")),
    Column("complement", gettext_lazy("Complément d’adresse, 38 caractères au plus."), "", False, ("complement_adresse", "adresse_2")),
    Column("code_postal", gettext_lazy("Cinq chiffres. Dans Excel, mettez la colonne en texte pour garder le zéro du début."), "69002", True, ("cp",)),
    Column("ville", gettext_lazy("Commune, sans le code postal."), "Lyon", True, ("commune",)),
    Column("courriel", gettext_lazy("Sans adresse électronique, le débiteur ne reçoit que les lettres."), "compta@durand.example", False, ("email", "e_mail", "mail")),
    Column("telephone", gettext_lazy("Avec ou sans indicatif."), "04 72 00 00 01", False, ("tel", "phone")),
    Column("facture", gettext_lazy("Numéro de la facture impayée."), "F-2026-0042", True, ("numero_facture", "numero", "no_facture")),
    Column("emission", gettext_lazy("Date de la facture : 31/01/2026 ou 2026-01-31."), "31/01/2026", True, ("date_facture", "date_emission")),
    Column("echeance", gettext_lazy("Date d’échéance, pas avant celle de la facture."), "02/03/2026", True, ("date_echeance",)),
    Column("montant", gettext_lazy("Montant TTC encore dû : 1 234,56. Jamais négatif ; 1.234 seul est refusé car ambigu."), "1 234,56", True,
           ("montant_ttc", "ttc", "solde", "montant_brut")),
    Column("montant_ht", gettext_lazy("Montant hors taxes, si vous le voulez."), "1028,80", False, ("ht", "montant_net")),
    Column("devise", gettext_lazy("EUR (supposé) ou XPF."), "EUR", False, ("monnaie",)),
    Column("origine", gettext_lazy("facture (supposé), cheque, traite, loyer, charges ou contrat."), "facture"),
    Column("police", gettext_lazy("Numéro de police, si la créance est assurée."), "", False, ("numero_police",)),
    Column("sinistre", gettext_lazy("Référence du sinistre."), "", False, ("reference_sinistre",)),
    Column("commentaire", gettext_lazy("Ce que l’étude doit savoir."), "", False, ("commentaires",)),
)  # fmt: skip
PLACE = {name: rank for rank, column in enumerate(COLUMNS) for name in (column.name, *column.also)}
NAMES = tuple(column.name for column in COLUMNS)
NEEDED = tuple(column.name for column in COLUMNS if column.is_needed)


@dataclass(frozen=True, slots=True)
class Header:
    """Which cell of a line is which column, and the names that are none of ours, which are left alone."""

    places: tuple[int, ...]
    ignored: tuple[str, ...]
    width: int

    def arrange(self, cells: Sequence[str]) -> list[str]:
        """The cells in the template's order; a column that the file does not have is empty."""
        if len(cells) == self.width:
            return [cells[place] if place >= 0 else "" for place in self.places]
        return [cells[place] if 0 <= place < len(cells) else "" for place in self.places]


def header_of(cells: Sequence[str]) -> Header:
    """What the first line says; Refused names the columns that are missing or stand there twice."""
    ranks = [PLACE.get(plain(cell)) for cell in cells]
    known = [rank for rank in ranks if rank is not None]
    missing = [name for name in NEEDED if PLACE[name] not in known]
    if missing:
        raise Refused(
            _("Il manque des colonnes : %(names)s. Reprenez les noms du modèle.") % {"names": ", ".join(missing)}
        )
    if twice := sorted({NAMES[rank] for rank in known if known.count(rank) > 1}):
        raise Refused(_("Une colonne figure deux fois : %(names)s. Gardez-en une.") % {"names": ", ".join(twice)})
    places = [ranks.index(rank) if rank in known else -1 for rank in range(len(COLUMNS))]
    ignored = [cell[:60] for cell, rank in zip(cells, ranks, strict=True) if rank is None and cell]
    return Header(tuple(places), tuple(ignored), len(cells))


def plain(name: str) -> str:
    """« Code postal » is code_postal."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


# What is wrong, and what to do; a fault is kept as its code, and told in the reader's language.
FAULTS = {
    "needed": (gettext_lazy("La cellule est vide."), gettext_lazy("Remplissez-la.")),
    "name": (gettext_lazy("La ligne ne nomme pas le débiteur."), gettext_lazy("Remplissez « societe », ou « nom » et « prenom ».")),
    "two_names": (gettext_lazy("La ligne nomme une société et une personne."), gettext_lazy("Gardez l’une des deux.")),
    "long": (gettext_lazy("Le texte est trop long."), gettext_lazy("Abrégez-le.")),
    "envelope": (gettext_lazy("Une enveloppe ne peut pas porter cette ligne (38 caractères)."), gettext_lazy("Abrégez : « av. », « bd », « rés. ».")),
    "siren": (gettext_lazy("Ce SIREN n’existe pas."), gettext_lazy("Vérifiez ses neuf chiffres ; dans Excel, mettez la colonne en texte.")),
    "vat": (gettext_lazy("Ce numéro de TVA n’existe pas."), gettext_lazy("Écrivez FR, deux caractères, puis le SIREN.")),
    "civility": (gettext_lazy("La civilité n’est pas comprise."), gettext_lazy("Écrivez M ou Mme.")),
    "yes_no": (gettext_lazy("Ce n’est ni oui ni non."), gettext_lazy("Écrivez oui ou non.")),
    "consumer": (gettext_lazy("Un débiteur est consommateur ou commerçant, pas les deux."), gettext_lazy("Écrivez non dans l’une des colonnes.")),
    "postcode": (gettext_lazy("Un code postal a cinq chiffres."), gettext_lazy("Corrigez-le ; dans Excel, mettez la colonne en texte pour garder le zéro.")),
    "email": (gettext_lazy("Cette adresse électronique n’est pas valable."), gettext_lazy("Corrigez-la ou videz la cellule.")),
    "phone": (gettext_lazy("Ce numéro ne sonne nulle part."), gettext_lazy("Corrigez-le, avec son indicatif, ou videz la cellule.")),
    "day": (gettext_lazy("La date n’est pas comprise."), gettext_lazy("Écrivez 31/01/2026, l’année en quatre chiffres.")),
    "order": (gettext_lazy("L’échéance précède la date de la facture."), gettext_lazy("Vérifiez les deux dates.")),
    "amount": (gettext_lazy("Le montant n’est pas compris, ou l’est de deux façons."), gettext_lazy("Écrivez 1234,56.")),
    "positive": (gettext_lazy("Le montant doit être supérieur à zéro."), gettext_lazy("Retirez la ligne, ou corrigez le montant.")),
    "net": (gettext_lazy("Le montant hors taxes dépasse le montant TTC."), gettext_lazy("Vérifiez les deux montants.")),
    "places": (gettext_lazy("Ce montant a trop de décimales pour la devise."), gettext_lazy("Arrondissez-le.")),
    "currency": (gettext_lazy("La devise n’est pas prise en charge."), gettext_lazy("Écrivez EUR ou XPF.")),
    "origin": (gettext_lazy("L’origine n’est pas comprise."), gettext_lazy("Écrivez facture, cheque, traite, loyer, charges ou contrat.")),
    "twice": (gettext_lazy("Cette référence figure déjà plus haut dans le fichier."), gettext_lazy("Donnez à chaque ligne sa référence.")),
    "control": (gettext_lazy("La cellule contient un signe invisible."), gettext_lazy("Recopiez-la sans ce signe.")),
}  # fmt: skip
