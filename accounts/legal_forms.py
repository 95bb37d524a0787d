"""Legal forms: the categories of INSEE, as a list that holds from a day on.

A category that leaves the list stays readable on the rows that bear it: columns accept every version.
"""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

Choices = list[tuple[str, str]]

# INSEE, « catégories juridiques », level III, version of September 2022: codes and names taken from public
# extracts of the nomenclature, to be compared with INSEE's own file whenever a new version is entered.
VERSION_2022_09 = """
1000 Entrepreneur individuel
2110 Indivision entre personnes physiques
2120 Indivision avec personne morale
2210 Société créée de fait entre personnes physiques
2220 Société créée de fait avec personne morale
2310 Société en participation entre personnes physiques
2320 Société en participation avec personne morale
2700 Paroisse hors zone concordataire
2900 Autre groupement de droit privé non doté de la personnalité morale
3110 Représentation ou agence commerciale d’État ou organisme public étranger immatriculé au RCS
3120 Société commerciale étrangère immatriculée au RCS
3205 Organisation internationale
3210 État, collectivité ou établissement public étranger
3220 Société étrangère non immatriculée au RCS
3290 Autre personne morale de droit étranger
4110 Établissement public national à caractère industriel ou commercial doté d’un comptable public
4120 Établissement public national à caractère industriel ou commercial non doté d’un comptable public
4140 Établissement public local à caractère industriel ou commercial
4150 Régie d’une collectivité locale à caractère industriel ou commercial
5191 Société de caution mutuelle
5192 Société coopérative de banque populaire
5193 Caisse de crédit maritime mutuel
5194 Caisse (fédérale) de crédit mutuel
5195 Association coopérative inscrite (droit local Alsace-Moselle)
5196 Caisse d’épargne et de prévoyance à forme coopérative
5202 Société en nom collectif
5306 Société en commandite simple
5308 Société en commandite par actions
5385 Société d’exercice libéral en commandite par actions
5432 SARL d’intérêt collectif agricole (SICA)
5442 SARL d’attribution
5451 SARL coopérative de consommation
5453 SARL coopérative artisanale
5454 SARL coopérative d’intérêt maritime
5455 SARL coopérative de transport
5458 SARL coopérative de production (SCOP)
5459 SARL union de sociétés coopératives
5460 Autre SARL coopérative
5470 Société de participations financières de profession libérale à responsabilité limitée
5485 Société d’exercice libéral à responsabilité limitée
5498 SARL unipersonnelle (EURL)
5499 Société à responsabilité limitée
5543 SA coopérative de construction à conseil d’administration
5547 SA coopérative de production de HLM à conseil d’administration
5551 SA coopérative de consommation à conseil d’administration
5552 SA coopérative de commerçants-détaillants à conseil d’administration
5553 SA coopérative artisanale à conseil d’administration
5554 SA coopérative (d’intérêt) maritime à conseil d’administration
5555 SA coopérative de transport à conseil d’administration
5558 SA coopérative de production (SCOP) à conseil d’administration
5559 SA union de sociétés coopératives à conseil d’administration
5560 Autre SA coopérative à conseil d’administration
5585 Société d’exercice libéral à forme anonyme à conseil d’administration
5599 Société anonyme à conseil d’administration
5651 SA coopérative de consommation à directoire
5652 SA coopérative de commerçants-détaillants à directoire
5654 SA coopérative d’intérêt maritime à directoire
5658 SA coopérative de production (SCOP) à directoire
5659 SA union de sociétés coopératives à directoire
5660 Autre SA coopérative à directoire
5699 Société anonyme à directoire
5710 Société par actions simplifiée
5720 Société par actions simplifiée à associé unique
5785 Société d’exercice libéral par actions simplifiée
5800 Société européenne
6100 Caisse d’épargne et de prévoyance
6210 Groupement européen d’intérêt économique
6220 Groupement d’intérêt économique
6316 Coopérative d’utilisation de matériel agricole en commun
6317 Société coopérative agricole
6318 Union de sociétés coopératives agricoles
6411 Société d’assurance à forme mutuelle
6511 Société interprofessionnelle de soins ambulatoires
6521 Société civile de placement collectif immobilier
6532 Société civile d’intérêt collectif agricole
6533 Groupement agricole d’exploitation en commun
6534 Groupement foncier agricole
6535 Groupement agricole foncier
6536 Groupement forestier
6537 Groupement pastoral
6538 Groupement foncier et rural
6539 Société civile foncière
6540 Société civile immobilière
6541 Société civile immobilière de construction-vente
6542 Société civile d’attribution
6543 Société civile coopérative de construction
6551 Société civile coopérative de consommation
6554 Société civile coopérative d’intérêt maritime
6558 Société civile coopérative entre médecins
6560 Autre société civile coopérative
6561 SCP d’avocats
6562 SCP d’avocats aux conseils
6564 SCP de commissaires de justice (anciennement d’huissiers)
6565 SCP de notaires
6566 SCP de commissaires-priseurs
6567 SCP de greffiers de tribunal de commerce
6569 SCP de commissaires aux comptes
6571 SCP de médecins
6572 SCP de dentistes
6573 SCP d’infirmiers
6574 SCP de masseurs-kinésithérapeutes
6575 SCP de directeurs de laboratoire d’analyse médicale
6576 SCP de vétérinaires
6577 SCP de géomètres experts
6578 SCP d’architectes
6585 Autre société civile professionnelle
6589 Société civile de moyens
6595 Caisse locale de crédit mutuel
6596 Caisse de crédit agricole mutuel
6597 Société civile d’exploitation agricole
6598 Exploitation agricole à responsabilité limitée
6599 Autre société civile
6901 Autre personne de droit privé inscrite au RCS
7111 Autorité constitutionnelle
7112 Autorité administrative ou publique indépendante
7113 Ministère
7120 Service central d’un ministère
7210 Commune
7220 Département
7225 Collectivité ou territoire d’outre-mer
7229 Autre collectivité territoriale
7230 Région
7312 Commune associée et commune déléguée
7321 Association syndicale autorisée
7331 Établissement public local d’enseignement
7343 Communauté urbaine
7344 Métropole
7346 Communauté de communes
7348 Communauté d’agglomération
7353 Syndicat intercommunal à vocation unique
7354 Syndicat mixte fermé
7355 Syndicat mixte ouvert
7361 Centre communal d’action sociale
7362 Caisse des écoles
7364 Établissement d’hospitalisation
7366 Établissement public local social et médico-social
7371 Office public d’habitation à loyer modéré
7372 Service départemental d’incendie et de secours
7373 Établissement public local culturel
7378 Régie d’une collectivité locale à caractère administratif
7379 Autre établissement public administratif local
7381 Organisme consulaire
7382 Établissement public national ayant fonction d’administration centrale
7383 Établissement public national à caractère scientifique, culturel et professionnel
7384 Autre établissement public national d’enseignement
7385 Autre établissement public national administratif à compétence territoriale limitée
7389 Établissement public national à caractère administratif
7410 Groupement d’intérêt public
7490 Autre personne morale de droit administratif
8110 Régime général de la sécurité sociale
8210 Mutuelle
8290 Autre organisme mutualiste
8310 Comité social économique d’entreprise
8311 Comité social économique d’établissement
8410 Syndicat de salariés
8420 Syndicat patronal
8450 Ordre professionnel ou assimilé
8470 Centre technique industriel ou comité professionnel du développement économique
8490 Autre organisme professionnel
9110 Syndicat de copropriété
9150 Association syndicale libre
9210 Association non déclarée
9220 Association déclarée
9221 Association déclarée d’insertion par l’économique
9222 Association intermédiaire
9223 Groupement d’employeurs
9224 Association d’avocats à responsabilité professionnelle individuelle
9230 Association déclarée, reconnue d’utilité publique
9240 Congrégation
9260 Association de droit local (Bas-Rhin, Haut-Rhin et Moselle)
9300 Fondation
9900 Autre personne morale de droit privé
9970 Groupement de coopération sanitaire à gestion privée
"""


def _read(table: str) -> dict[str, str]:
    return dict(line.split(" ", 1) for line in table.strip().splitlines())


# From the day on which INSEE's version holds; a new version is added, none is edited.
VERSIONS: dict[date, dict[str, str]] = {date(2022, 9, 1): _read(VERSION_2022_09)}

# As people say them, and in the order in which they look for them; CRE-21 begins with the « Société Anonyme ».
USUAL = {
    "5599": "Société Anonyme",
    "5710": "Société par actions simplifiée",
    "5720": "Société par actions simplifiée unipersonnelle",
    "5499": "Société à responsabilité limitée",
    "5498": "Entreprise unipersonnelle à responsabilité limitée",
    "5202": "Société en nom collectif",
    "5485": "Société d’exercice libéral à responsabilité limitée",
    "5785": "Société d’exercice libéral par actions simplifiée",
    "6540": "Société civile immobilière",
    "6589": "Société civile de moyens",
    "6220": "Groupement d’intérêt économique",
    "9220": "Association déclarée",
    "9110": "Syndicat de copropriétaires",
    "9300": "Fondation",
    "7210": "Commune",
    "3120": "Société étrangère",
}
DECLARED_ASSOCIATIONS = frozenset({"9220", "9221", "9222", "9223", "9224", "9230"})
WITHOUT_NUMBER = frozenset({"2700", "2900", "3205", "3210", "3220", "3290", "9210", "9260"})
# Commercial by their form, whatever they do (C. com. L210-1): SNC, commandites, SARL, sociétés par actions.
COMMERCIAL_FAMILIES = ("52", "53", "54", "55", "56", "57", "58")


def forms_on(day: date) -> dict[str, str]:
    """Name by category, in the version that holds that day; before the first one, the first one."""
    held = [start for start in VERSIONS if start <= day]
    return VERSIONS[max(held, default=min(VERSIONS))]


def choices_on(day: date) -> list[tuple[str, Choices]]:
    """What a list offers: the usual forms first, then all, by category."""
    forms = forms_on(day)
    usual = [(code, name) for code, name in USUAL.items() if code in forms]
    others = [(code, f"{name} ({code})") for code, name in forms.items() if code not in USUAL]
    return [(_("Formes courantes"), usual), (_("Toutes les autres, par catégorie INSEE"), others)]


def every_form() -> Iterator[tuple[str, str]]:
    """Each category that any version has known, by its usual name: what a column may hold."""
    known = {code: name for version in sorted(VERSIONS) for code, name in VERSIONS[version].items()}
    yield from sorted((known | USUAL).items())


COMMERCIAL_BY_FORM = frozenset(code for code, _name in every_form() if code.startswith(COMMERCIAL_FAMILIES))
