"""What support sees: everything is searchable, personal data for a reason, what is signed or legal is read-only,
nothing is deleted."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from core import clock, looking
from core.models import AuditEntry, Reading


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


class ReasonedAdmin(KeptAdmin):
    """A row opens only after its reader said why; the list shows no more than is needed to find it."""

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if object_id is None or looking.is_granted(request, self.subject(object_id), now=clock.now()):
            return super().changeform_view(request, object_id, form_url, extra_context)
        return self.ask_reason(request, object_id)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        if looking.is_granted(request, self.subject(object_id), now=clock.now()):
            return super().history_view(request, object_id, extra_context)
        return self.ask_reason(request, object_id)

    def subject(self, object_id: Any) -> str:
        """What the log calls the row."""
        return f"{self.model._meta.label_lower}:{object_id}"

    def ask_reason(self, request: Any, object_id: Any) -> HttpResponse:
        """The page between the list and the row; a POST of anything else than a reason changes nothing."""
        error = ""
        if "look_reason" in request.POST:
            by, ip = str(request.user), get_adapter().get_client_ip(request)
            try:
                looking.grant(
                    request, self.subject(object_id), reason=request.POST["look_reason"], by=by, ip=ip, now=clock.now()
                )
            except looking.LookRefused as refusal:
                error = str(refusal)
            else:
                return redirect(request.get_full_path())
        context = self.admin_site.each_context(request) | {
            "title": "Pourquoi lire cette fiche ?", "opts": self.model._meta, "error": error, "subject": self.subject(object_id),
        }  # fmt: skip
        return TemplateResponse(request, "admin/reason.html", context, status=422 if error else 200)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor", "action", "subject", "reason")
    list_filter = ("action",)
    search_fields = ("actor", "subject", "reason")
    ordering = ("-at", "-pk")
    show_full_result_count = False


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    list_display = ("at", "name", "page", "ip")
    search_fields = ("name", "reader", "page")
    ordering = ("-at", "-pk")
    show_full_result_count = False
