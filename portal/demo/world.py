"""The demo's people: brands, offices, creditors, with names and places that read true and exist nowhere."""

from typing import Any

BRANDS: dict[str, dict[str, Any]] = {
    "credicys": {
        "host": "127.0.0.1", "name": "Credicys", "site_name": "petitescreances.fr",
        "tagline": "Le recouvrement des petites créances, dans les règles",
        "support_email": "contact@credicys.example", "support_phone": "01 84 00 00 00",
        "sender_email": "ne-pas-repondre@credicys.example", "postal_address": "18 rue du Louvre\n75001 Paris",
        "creditor_id_sepa": "FR72ZZZ123456",
    },
    "relance-nc": {
        "host": "relance-nc.localhost", "name": "Relance NC", "site_name": "relance.nc",
        "tagline": "Parce que la réussite d’un acte commercial réside dans son règlement",
        "accent": "#0f6e6a", "accent_dark": "#0a4f4c", "currency": "XPF", "time_zone": "Pacific/Noumea", "territory": "NC",
        "support_email": "contact@relance-nc.example", "support_phone": "41 00 20",
        "sender_email": "ne-pas-repondre@relance-nc.example", "postal_address": "344 rue A. Ohlen, PK4\n98800 Nouméa",
    },
    "relance-pf": {
        "host": "relance-pf.localhost", "name": "Relance PF", "site_name": "relance.pf",
        "tagline": "Parce que la réussite d’un acte commercial réside dans son règlement",
        "accent": "#0f6e6a", "accent_dark": "#0a4f4c", "currency": "XPF", "time_zone": "Pacific/Tahiti", "territory": "PF",
        "support_email": "contact@relance-pf.example", "support_phone": "40 50 00 00",
        "sender_email": "ne-pas-repondre@relance-pf.example", "postal_address": "1 servitude Vaiata, Arue\nBP 51 130\n98716 Pirae",
    },
    "numeriq": {
        "host": "numeriq.localhost", "public_host": "www.numeriq.localhost", "name": "Numeriq Recouvrement", "site_name": "numeriq-recouvrement.fr",
        "tagline": "Honoraires au résultat, certificat gratuit en cas d’échec",
        "accent": "#7a3b69", "accent_dark": "#59294c",
        "support_email": "contact@numeriq.example", "sender_email": "ne-pas-repondre@numeriq.example",
        "postal_address": "2 quai Émile-Zola\n35000 Rennes", "creditor_id_sepa": "FR19ZZZ654321",
    },
}  # fmt: skip

OFFICES = (
    (
        "credicys",
        "Étude Morel et Vasseur",
        "Me Claire Morel",
        "4 rue de la Bourse",
        "69001",
        "Lyon",
        "Lyon",
        "etude@demo.fr",
    ),
    (
        "credicys",
        "Étude Lagarde",
        "Me Antoine Lagarde",
        "27 rue Réaumur",
        "75003",
        "Paris",
        "Paris",
        "etude.paris@demo.fr",
    ),
    (
        "relance-nc",
        "Étude Wamytan",
        "Me Jean Wamytan",
        "8 rue de l’Alma",
        "98800",
        "Nouméa",
        "Nouméa",
        "etude.noumea@demo.fr",
    ),
    (
        "numeriq",
        "Étude Le Goff",
        "Me Anne Le Goff",
        "11 rue d’Antrain",
        "35000",
        "Rennes",
        "Rennes",
        "etude.rennes@demo.fr",
    ),
)

# brand, log-in, person, company, form, SIREN seed, street, postcode, town, parent
CREDITORS = (
    ("credicys", "creancier@demo.fr", ("Mme", "Jeanne", "Martin"), "Menuiserie Martin", "5499", "12 rue de la République", "69002", "Lyon", None),
    ("credicys", "groupe@demo.fr", ("M", "Karim", "Benali"), "Groupe Benali Distribution", "5710", "90 cours Lafayette", "69003", "Lyon", None),
    ("credicys", "groupe@demo.fr", ("M", "Karim", "Benali"), "Benali Froid", "5710", "3 rue du Vercors", "38000", "Grenoble", "Groupe Benali Distribution"),
    ("credicys", "libraire@demo.fr", ("Mme", "Odile", "Ferrand"), "Librairie Ferrand", "5498", "7 rue Mouffetard", "75005", "Paris", None),
    ("credicys", "association@demo.fr", ("M", "Luc", "Perrin"), "Club nautique de la Saône", "9220", "1 quai Rambaud", "69002", "Lyon", None),
    ("relance-nc", "noumea@demo.fr", ("M", "Paul", "Kasarherou"), "Garage du Mont-Dore", "5499", "15 route du Sud", "98800", "Nouméa", None),
    ("numeriq", "bretagne@demo.fr", ("Mme", "Maëlle", "Riou"), "Riou Informatique", "5710", "20 rue Saint-Malo", "35000", "Rennes", None),
    ("numeriq", "traiteur@demo.fr", ("M", "Yann", "Kervella"), "Traiteur Kervella", "5499", "6 rue de Nemours", "35000", "Rennes", None),
)  # fmt: skip

NATURAL = [
    ("M", "Paul", "Durand", "3 place Bellecour", "69002", "Lyon"),
    ("Mme", "Sophie", "Garnier", "41 avenue Berthelot", "69007", "Lyon"),
    ("M", "Hugo", "Lemaître", "8 rue Victor-Hugo", "42000", "Saint-Étienne"),
    ("Mme", "Inès", "Rousseau", "17 rue des Écoles", "01000", "Bourg-en-Bresse"),
    ("M", "Marc", "Delorme", "5 montée de la Boucle", "69004", "Lyon"),
    ("Mme", "Camille", "Faure", "22 cours Gambetta", "69003", "Lyon"),
]
COMPANIES = [
    ("Boulangerie du Parc", "9 rue Duquesne", "69006", "Lyon"),
    ("Atelier Chapuis", "30 rue du Mail", "42000", "Saint-Étienne"),
    ("Cabinet Astier", "2 place Carnot", "69002", "Lyon"),
    ("Les Jardins de Bresse", "14 route de Ceyzériat", "01000", "Bourg-en-Bresse"),
]
CGU = """Objet. La plateforme permet à un créancier de confier le recouvrement d’une créance au commissaire de justice compétent.

Déroulement. Rien n’est envoyé au débiteur avant l’accord de l’étude. La lettre simple et le courriel ouvrent la phase amiable ; sans règlement dans les quinze jours de l’envoi de la lettre, la procédure simplifiée de recouvrement des petites créances est ouverte ; un mois après l’envoi de la lettre recommandée, l’injonction de payer est proposée au créancier.

Frais. Les frais de la plateforme sont réglés par prélèvement. Aucun frais n’est réclamé au débiteur avant un titre exécutoire.

Engagements du créancier. Le créancier ne réclame que des factures licites, non équivoques et actuelles ; il signale sans délai tout paiement reçu directement.

Données. Les données servent au seul recouvrement et sont conservées le temps que la loi demande."""
