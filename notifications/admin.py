from django.contrib import admin

from core.admin import ReadOnlyAdmin
from notifications.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """The state of the outbox: what waits, what failed and why."""

    list_display = ("created_at", "kind", "channel", "outcome", "attempts", "detail")
    list_filter = ("outcome", "channel", "kind")
    fields = ("brand", "kind", "channel", "created_at", "try_at", "attempts", "outcome", "settled_at", "detail",
              "posted_on", "posting_number", "posted_by")  # fmt: skip
