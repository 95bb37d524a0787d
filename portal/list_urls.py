"""Lists of dossiers and what is done with them."""

from django.urls import path

from portal.views import additions, lists

urlpatterns = [
    path("espace/dossiers/<slug:reference>/ajouter/<slug:kind>", additions.add, name="dossier-add"),
    path("espace/dossiers/", lists.listing, name="dossiers"),
    path("espace/dossiers/export.csv", lists.export, name="dossiers-export"),
    path("espace/dossiers/export.xlsx", lists.export_xlsx, name="dossiers-export-xlsx"),
    path("espace/recherches", lists.save, name="search-save"),
    path("espace/recherches/<int:saved>/supprimer", lists.forget, name="search-forget"),
    path("etude/dossiers/", lists.office_listing, name="office-dossiers"),
    path("etude/dossiers/export.csv", lists.office_export, name="office-dossiers-export"),
    path("etude/dossiers/export.xlsx", lists.office_export_xlsx, name="office-dossiers-export-xlsx"),
    path("etude/recherches", lists.office_save, name="office-search-save"),
    path("etude/recherches/<int:saved>/supprimer", lists.office_forget, name="office-search-forget"),
]
