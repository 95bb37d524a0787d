from typing import Any

from django.contrib import admin, messages

from core import clock
from core.admin import KeptAdmin, ReadOnlyAdmin
from tenants import policies
from tenants.models import Brand, ConventionText, Office, OptionClause, Policy, Terms


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


class PublishedAdmin(KeptAdmin):
    """A text is published once: it may be read and a new version added, never edited."""

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(OptionClause)
class OptionClauseAdmin(PublishedAdmin):
    list_display = ("brand", "option", "version", "published_on")
    list_filter = ("brand", "option")


@admin.register(ConventionText)
class ConventionTextAdmin(PublishedAdmin):
    list_display = ("brand", "version", "published_on")


@admin.register(Policy)
class PolicyAdmin(PublishedAdmin):
    """Whoever adds a rule proposes it; the action of the list is for another person."""

    list_display = ("brand", "name", "value", "valid_from", "proposed_by", "approved_by")
    list_filter = ("brand", "name")
    fields = ("brand", "name", "value", "valid_from")
    actions = ("approve",)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own
        obj.proposed_by, obj.proposer_key, obj.proposed_at = str(request.user), request.user.pk, clock.now()
        obj.save(force_insert=True)

    @admin.action(description="Approuver les règles choisies (une autre personne que l’auteur)", permissions=["add"])
    def approve(self, request: Any, queryset: Any) -> None:
        now = clock.now()
        for policy in queryset.select_related("brand"):
            today = clock.today(policy.brand.zone)
            try:
                policies.approve(policy, by=str(request.user), key=request.user.pk, now=now, today=today)
            except policies.PolicyRefused as refusal:
                messages.error(request, f"{policy} : {refusal}")
            else:
                messages.success(request, f"{policy} : approuvée.")
