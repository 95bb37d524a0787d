"""Spreadsheets of claims."""

from django.urls import path

from portal.views import imports

urlpatterns = [
    path("espace/dossiers/importer", imports.give, name="import-give"),
    path("espace/dossiers/importer/colonnes", imports.columns, name="import-columns"),
    path("espace/dossiers/importer/modele.csv", imports.template, {"kind": "csv"}, name="import-template-csv"),
    path("espace/dossiers/importer/modele.xlsx", imports.template, {"kind": "xlsx"}, name="import-template-xlsx"),
    path("espace/dossiers/imports/<int:key>", imports.report, name="import"),
    path("espace/dossiers/imports/<int:key>/decision", imports.decide, name="import-decide"),
    path("espace/dossiers/imports/<int:key>/a-corriger.csv", imports.faults, name="import-faults"),
]
