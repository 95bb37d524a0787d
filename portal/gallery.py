"""The gallery: every component on one page with invented data, to judge the design by eye and to test it."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

NOW = datetime(2026, 11, 21, 9, 5, tzinfo=ZoneInfo("Europe/Paris"))


class SampleForm(forms.Form):
    """One field of each kind, so that the form templates are seen at work."""

    kind = forms.ChoiceField(
        label=_("Vous êtes"),
        choices=[("legal", _("Personne morale")), ("natural", _("Personne physique"))],
        widget=forms.RadioSelect(attrs={"class": "radio-cards"}),
        initial="legal",
    )
    company = forms.CharField(label=_("Société"))
    legal_form = forms.ChoiceField(label=_("Forme juridique"), choices=[("sa", _("Société Anonyme"))])
    siret = forms.CharField(label=_("Siret"), help_text=_("14 chiffres, avec ou sans espaces."))
    email = forms.EmailField(label=_("Email"))
    password = forms.CharField(label=_("Mot de passe"), widget=forms.PasswordInput, required=False)
    issued_on = forms.DateField(label=_("Date d’émission"), widget=forms.DateInput(attrs={"type": "date"}))
    amount = forms.DecimalField(label=_("Montant brut"), widget=forms.NumberInput({"class": "input-money"}))
    file = forms.FileField(label=_("Copie de la facture"), required=False)
    comment = forms.CharField(label=_("Commentaires"), widget=forms.Textarea({"rows": 3}), required=False)
    channels = forms.MultipleChoiceField(
        label=_("Prévenez-moi par"),
        choices=[("email", _("Email")), ("sms", _("SMS"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    terms = forms.BooleanField(label=_("J’accepte sans réserve les Conditions Générales d’Utilisation"))


CLAIM = [
    {"term": _("Principal"), "value": "1 400,00 €", "is_money": True},
    {"term": _("Avoir du 04/10/2026"), "value": "− 150,00 €", "is_money": True},
    {"term": _("Intérêts au taux légal"), "value": "0,00 €", "is_money": True},
    {"term": _("Reste dû"), "value": "1 250,00 €", "is_money": True, "is_total": True},
]
DEBTOR = [
    {"term": _("Dénomination"), "value": "Boulangerie Martin SARL"},
    {"term": _("Siret"), "value": "552 100 554 00013"},
    {"term": _("Adresse"), "value": "12 rue de la Roquette\n75011 Paris"},
    {"term": _("Email"), "value": "contact@martin.example", "hint": _("Vérifié le 12/11/2026")},
]
PHASES = [
    {"label": _("Phase amiable"), "text": _("Lettre déposée le 6 novembre 2026."), "is_done": True},
    {"label": _("Procédure simplifiée"), "text": _("Jusqu’au 21 décembre 2026."), "is_active": True},
    {"label": _("Injonction de payer"), "text": _("Si vous le choisissez.")},
]
CRUMBS = [
    {"label": _("Accueil"), "url": "#"},
    {"label": _("Dossiers"), "url": "#"},
    {"label": "D-2026-0412"},
]
STEPS = [
    {"label": _("1. CRÉER LE DOSSIER"), "url": "#", "is_done": True},
    {"label": _("2. IDENTIFIER LE DÉBITEUR"), "url": "#", "is_done": True},
    {"label": _("3. AJOUTER LES ÉLÉMENTS FINANCIERS"), "is_active": True},
    {"label": _("4. VÉRIFIER ET VALIDER")},
]
TABS = [
    {"label": _("Aperçu"), "url": "#", "is_current": True},
    {"label": _("Historique"), "url": "#", "count": 7},
    {"label": _("Pièces"), "url": "#", "count": 4},
    {"label": _("Messages"), "url": "#"},
]
ACTIONS = [
    {"label": _("Envoyer un message"), "icon": "message", "url": "#"},
    {"label": _("Ajouter un paiement"), "icon": "euro", "dialog": "sample-dialog"},
    {"label": _("Ajouter un avoir"), "icon": "credit-note", "url": "#"},
    {"label": _("Ajouter une facture"), "icon": "invoice", "url": "#"},
    {
        "label": _("Demander l’injonction"),
        "icon": "scale",
        "disabled_reason": _("Le mois ouvert par la lettre recommandée n’est pas écoulé."),
    },
    {"label": _("Demander la clôture"), "icon": "lock", "url": "#", "tone": "danger"},
]
COLUMNS = [
    {"label": _("Référence"), "sort_url": "?tri=reference"},
    {"label": _("Débiteur")},
    {"label": _("Phase")},
    {"label": _("Créé le"), "sort_url": "?tri=date", "sorted": "descending"},
    {"label": _("Solde du dossier"), "align": "right"},
]
DOSSIERS = [
    ("D-2026-0412", "Boulangerie Martin", "75011 Paris", _("Amiable"), "info", "12/11/2026", "1 250,00 €"),
    (
        "D-2026-0409",
        "Zoé Ōtani",
        "98713 Papeete",
        _("Procédure simplifiée"),
        "accent",
        "03/11/2026",
        "89,90 €",
    ),
    (
        "D-2026-0398",
        "Transports Noël",
        "59140 Dunkerque",
        _("Injonction"),
        "warning",
        "28/10/2026",
        "14 870,35 €",
    ),
    ("D-2026-0377", "Garage Petit", "69003 Lyon", _("Réglé"), "success", "14/10/2026", "0,00 €"),
]
FOOT = [{"cells": [{"text": _("Total"), "span": 4}, {"text": "16 210,25 €", "num": True}]}]
DOCUMENTS = [
    {"name": "facture-2026-118.pdf", "url": "#", "kind": _("Facture"), "size": 184_320},
    {"name": "bon-de-livraison.pdf", "url": "#", "kind": _("Bon de livraison"), "size": 98_304},
]
FILES = [{"name": "facture-2026-118.pdf", "size": 12_400_000, "kind": _("Facture"), "remove_url": "#"}]
BARS = [
    {"label": _("Amiable"), "percent": 62, "value_text": "62 %"},
    {"label": _("Procédure simplifiée"), "percent": 23, "value_text": "23 %", "tone": "success"},
    {"label": _("Injonction de payer"), "percent": 11, "value_text": "11 %", "tone": "warning"},
]
OPTIONS = [
    {"value": "sms", "label": _("Par SMS"), "hint": "06 •• •• •• 12", "icon": "sms", "is_checked": True},
    {"value": "email", "label": _("Par email"), "hint": "z•••@exemple.fr", "icon": "letter"},
]
MISTAKES = {"kind": "legal", "company": "Atelier Lefèvre", "legal_form": "sa", "siret": "123", "email": "a@"}


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component of the design language, with invented data and no row of the database."""
    context = {
        "form": SampleForm(),
        "dialog_form": SampleForm(auto_id="dialog_%s"),
        "bad_form": SampleForm(MISTAKES, auto_id="bad_%s"),
        "now": NOW,
        "due_on": date(2026, 12, 21),
        "claim": CLAIM,
        "debtor": DEBTOR,
        "phases": PHASES,
        "crumbs": CRUMBS,
        "steps": STEPS,
        "tabs": TABS,
        "actions": ACTIONS,
        "columns": COLUMNS,
        "rows": [_row(*dossier) for dossier in DOSSIERS],
        "foot": FOOT,
        "documents": DOCUMENTS,
        "files": FILES,
        "bars": BARS,
        "options": OPTIONS,
        "icons": _icons(),
    }
    return render(request, "portal/gallery.html", context)


def _row(reference: str, debtor: str, town: str, phase: Any, tone: str, created: str, due: str) -> dict[str, Any]:
    return {
        "cells": [
            {"text": reference, "url": "#"},
            {"label": _("Débiteur"), "text": debtor, "sub": town},
            {"label": _("Phase"), "text": phase, "badge_tone": tone},
            {"label": _("Créé le"), "text": created},
            {"label": _("Solde du dossier"), "text": due, "num": True},
        ]
    }


def _icons() -> list[str]:
    """The names of the sprite, read from the file itself so that none is forgotten."""
    sprite = finders.find("img/icons.svg")
    return re.findall(r'<symbol id="([^"]+)"', Path(str(sprite)).read_text(encoding="utf-8")) if sprite else []
