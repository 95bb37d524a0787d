"""Spreadsheets of claims, and the feed of clients."""

from django.urls import path

from portal.views import clients, imports

urlpatterns = [
    path("espace/compte/clients", clients.feed, name="client-feed"),
    path("espace/compte/clients/jetons/<int:token>/revoquer", clients.revoke, name="client-feed-revoke"),
    path("espace/compte/clients/surveillance", clients.watch, name="client-feed-watch"),
    path("api/clients", clients.receive, name="api-clients"),
    path("espace/dossiers/importer", imports.give, name="import-give"),
    path("espace/dossiers/importer/colonnes", imports.columns, name="import-columns"),
    path("espace/dossiers/importer/modele.csv", imports.template, {"kind": "csv"}, name="import-template-csv"),
    path("espace/dossiers/importer/modele.xlsx", imports.template, {"kind": "xlsx"}, name="import-template-xlsx"),
    path("espace/dossiers/imports/<int:key>", imports.report, name="import"),
    path("espace/dossiers/imports/<int:key>/decision", imports.decide, name="import-decide"),
    path("espace/dossiers/imports/<int:key>/a-corriger.csv", imports.faults, name="import-faults"),
]
