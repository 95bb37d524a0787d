from django.contrib import admin

from core.admin import ReadOnlyAdmin
from dossiers.models import Dossier, Event


@admin.register(Dossier)
class DossierAdmin(ReadOnlyAdmin):
    list_display = ("reference", "creditor", "debtor", "phase", "office", "created_at")
    list_filter = ("brand", "phase")
    list_select_related = ("creditor", "debtor", "office")
    search_fields = ("reference", "creditor_reference")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("dossier", "seq", "kind", "phase", "at", "actor")
    list_select_related = ("dossier",)
    search_fields = ("dossier__reference",)
