from django.contrib import admin

from core.admin import ReadOnlyAdmin
from mandates.models import Mandate


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    """Support sees states only: neither account, nor paper, nor proof."""

    list_display = ("rum", "version", "creditor", "mode", "state", "signed_at", "last_collected_on")
    list_filter = ("state", "mode", "brand")
    fields = (
        "rum",
        "version",
        "ics",
        "creditor",
        "mode",
        "state",
        "signed_at",
        "last_collected_on",
        "ended_at",
        "created_at",
    )
    search_fields = ("rum", "creditor__company")
