from typing import Any

from django.contrib import admin, messages

from core import clock
from core.admin import KeptAdmin, ReadOnlyAdmin
from procedures import breakers
from procedures.models import Breaker, Deadline, LegalText


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


@admin.register(Breaker)
class BreakerAdmin(ReadOnlyAdmin):
    """Where the sweep stopped; the action of the list lets it go on."""

    list_display = ("office", "transition", "failures", "last_error", "failed_at", "stopped_at", "resumed_by")
    list_select_related = ("office",)
    actions = ("resume",)

    @admin.action(description="Reprendre les étapes choisies", permissions=["view"])
    def resume(self, request: Any, queryset: Any) -> None:
        count = sum(breakers.resume(one, by=str(request.user), now=clock.now()) for one in queryset)
        messages.success(request, f"Étapes reprises : {count}.")
