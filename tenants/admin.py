from django.contrib import admin

from core.admin import KeptAdmin, ReadOnlyAdmin
from tenants.models import Brand, Office, Terms


@admin.register(Brand)
class BrandAdmin(KeptAdmin):
    list_display = ("name", "host", "currency", "territory")


@admin.register(Office)
class OfficeAdmin(KeptAdmin):
    list_display = ("name", "court_of_appeal", "brand", "is_available")
    list_filter = ("brand", "court_of_appeal")
    search_fields = ("name", "town")


@admin.register(Terms)
class TermsAdmin(ReadOnlyAdmin):
    """A published version is never edited; a new one is added by a release."""

    list_display = ("brand", "version", "published_on")
