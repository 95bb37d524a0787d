from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.actors import Actor, Side
from core.admin import ReadOnlyAdmin
from payments.card_payments import ask_refund
from payments.models import BankReturn, Batch, CardPayment, Collection, Fee
from payments.reasons import reason_of
from payments.services import resolve


@admin.register(Fee)
class FeeAdmin(ReadOnlyAdmin):
    list_display = ("due_on", "creditor", "label", "amount")
    search_fields = ("creditor__company", "label")
    list_select_related = ("creditor",)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("message_id", "brand", "state", "count", "amount", "created_at", "released_at", "released_by")
    list_filter = ("state", "brand")


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin):
    """States and dates; the account stays with its holder."""

    list_display = ("end_to_end_id", "creditor", "amount", "due_on", "sequence", "attempt", "state", "announced_at")
    list_filter = ("state", "brand")
    search_fields = ("end_to_end_id", "creditor__company")
    fields = (
        "end_to_end_id",
        "creditor",
        "mandate",
        "amount",
        "due_on",
        "sequence",
        "attempt",
        "state",
        "announced_at",
        "batch",
    )
    list_select_related = ("creditor",)


@admin.register(BankReturn)
class BankReturnAdmin(ReadOnlyAdmin):
    """What came back, why, and the one thing to do here: say that collecting may go on."""

    list_display = ("booked_on", "creditor", "amount", "code", "meaning", "then", "resolved_at", "resolved_by")
    list_filter = ("code", ("resolved_at", admin.EmptyFieldListFilter))
    list_select_related = ("creditor",)
    actions = ["resolve_selected"]

    @admin.display(description=gettext_lazy("motif"))
    def meaning(self, found: BankReturn) -> str:
        return str(reason_of(found.code).meaning)

    @admin.display(description=gettext_lazy("suite"))
    def then(self, found: BankReturn) -> str:
        return reason_of(found.code).then

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and bool(getattr(request.user, "is_staff", False))

    @admin.action(description=gettext_lazy("Marquer comme résolus : les prélèvements peuvent reprendre"))
    def resolve_selected(self, request: HttpRequest, queryset: QuerySet[BankReturn]) -> None:
        for found in queryset:
            resolve(found, by=Actor(Side.SUPPORT, str(request.user)), now=clock.now())


@admin.register(CardPayment)
class CardPaymentAdmin(ReadOnlyAdmin):
    """What cards paid, and the one thing to decide here: that what came in excess goes back."""

    list_display = (
        "__str__",
        "creditor",
        "amount",
        "currency",
        "state",
        "paid_at",
        "excess",
        "problem",
        "refund_asked_by",
        "refunded",
    )
    list_filter = (
        "state",
        "brand",
        ("problem", admin.EmptyFieldListFilter),
        ("refund_asked_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("creditor__company", "reference", "session", "charge")
    exclude = ("page_url",)
    list_select_related = ("creditor",)
    actions = ["refund_selected"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and bool(getattr(request.user, "is_staff", False))

    @admin.action(description=gettext_lazy("Rembourser ce qui a été payé en trop"))
    def refund_selected(self, request: HttpRequest, queryset: QuerySet[CardPayment]) -> None:
        done = sum(ask_refund(payment, by=str(request.user), now=clock.now()) for payment in queryset)
        self.message_user(request, _("%(count)s remboursement(s) transmis au prestataire.") % {"count": done})
