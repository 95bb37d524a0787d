from django.contrib import admin

from core.admin import ReadOnlyAdmin
from mandates.models import Mandate


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin):
    """Support sees states only."""

    list_display = ("rum", "creditor", "state", "signed_at")
    fields = ("rum", "ics", "creditor", "state", "signed_at", "created_at")
    search_fields = ("rum", "creditor__company")
