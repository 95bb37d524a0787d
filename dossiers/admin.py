from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from core.admin import ReadOnlyAdmin, ReasonedAdmin
from dossiers.models import Debtor, Dossier, Event


@admin.register(Dossier)
class DossierAdmin(ReasonedAdmin, ReadOnlyAdmin):
    list_display = ("reference", "creditor", "debtor", "phase", "office", "created_at")
    list_filter = ("brand", "phase")
    list_select_related = ("creditor", "debtor", "office")
    search_fields = ("reference", "creditor_reference", "debtor__company", "debtor__last_name", "creditor__company")


@admin.register(Debtor)
class DebtorAdmin(ReasonedAdmin, ReadOnlyAdmin):
    """Where a debtor lives and how he is reached opens for a reason only."""

    list_display = ("__str__", "creditor", "postcode")
    list_select_related = ("creditor",)
    search_fields = ("company", "last_name", "siren", "email")
    readonly_fields = ("copy",)

    @admin.display(description="droit d’accès")
    def copy(self, debtor: Debtor) -> str:
        return format_html('<a href="{}">Copie de ses données</a>', reverse("support-debtor-copy", args=[debtor.pk]))


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("dossier", "seq", "kind", "phase", "at", "actor")
    list_select_related = ("dossier",)
    search_fields = ("dossier__reference",)
