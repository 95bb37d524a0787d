from django.contrib import admin

from core.admin import KeptAdmin, ReadOnlyAdmin
from procedures.models import Deadline, LegalText


@admin.register(LegalText)
class LegalTextAdmin(KeptAdmin):
    """The official wording, copied from Légifrance with its dates: without it, no letter leaves."""

    list_display = ("article", "valid_from", "valid_to", "source", "is_specimen")
    list_filter = ("article", "is_specimen")


@admin.register(Deadline)
class DeadlineAdmin(ReadOnlyAdmin):
    list_display = ("dossier", "kind", "due_on", "settled_at", "outcome")
    list_select_related = ("dossier",)
    search_fields = ("dossier__reference",)
