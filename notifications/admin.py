from typing import Any

from django import forms
from django.contrib import admin, messages

from core import clock
from core.admin import KeptAdmin, ReadOnlyAdmin
from core.audit import note
from notifications import suspensions
from notifications.models import Message, Suspension


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The state of the outbox: what waits, what failed and why."""

    list_display = ("created_at", "kind", "channel", "outcome", "attempts", "detail")
    list_filter = ("outcome", "channel", "kind")
    fields = ("brand", "kind", "channel", "created_at", "try_at", "attempts", "outcome", "settled_at", "detail",
              "posted_on", "posting_number", "posted_by")  # fmt: skip


class SuspensionForm(forms.ModelForm):
    def clean_channel(self) -> str:
        channel = str(self.cleaned_data["channel"])
        if Suspension.objects.living().filter(channel=channel).exists():
            raise forms.ValidationError("Cette voie est déjà suspendue : reprenez-la d’abord.")
        return channel


@admin.register(Suspension)
class SuspensionAdmin(KeptAdmin):
    """Adding one stops the channel at once; the action of the list resumes it. Nothing that waits is lost."""

    list_display = ("channel", "reason", "expected_end_at", "suspended_at", "suspended_by", "resumed_at", "resumed_by")
    list_filter = ("channel",)
    fields = ("channel", "reason", "expected_end_at")
    form = SuspensionForm
    actions = ("resume",)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own
        obj.suspended_at, obj.suspended_by = clock.now(), str(request.user)
        obj.save(force_insert=True)
        note("voie suspendue", f"channel:{obj.channel}", by=str(request.user), now=obj.suspended_at, reason=obj.reason)

    @admin.action(description="Reprendre l’envoi par les voies choisies", permissions=["add"])
    def resume(self, request: Any, queryset: Any) -> None:
        count = suspensions.resume(queryset, by=str(request.user), now=clock.now())
        messages.success(request, f"Voies reprises : {count}. Ce qui attendait part maintenant.")
