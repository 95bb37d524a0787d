"""What support sees: everything is searchable, what is signed or legal is read-only, nothing is deleted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.models import AuditEntry


class KeptAdmin(admin.ModelAdmin):
    """Rows may be added and corrected, never deleted."""

    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows are looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "action", "subject", "reason")
    search_fields = ("actor", "subject")
