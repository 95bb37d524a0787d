"""What support sees and does of distributors."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib import admin

from accounts import partners
from accounts.models import Introduction, Partner, PartnerMembership
from core import clock
from core.admin import KeptAdmin, ReadOnlyAdmin
from core.audit import note


@admin.register(Partner)
class PartnerAdmin(KeptAdmin):
    """A distributor; to part with it, close it: its code brings nobody any more, and what it brought stays said."""

    list_display = ("name", "brand", "code", "is_open")
    list_filter = ("brand", "is_open")
    search_fields = ("name", "code")
    readonly_fields = ("code", "created_at")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return ("brand", *self.readonly_fields) if obj else self.readonly_fields

    def save_model(self, request: Any, obj: Partner, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own
        obj.save(update_fields=("name", "is_open") if change else None)
        word = "ouvert" if obj.is_open else "fermé"
        note("partenaire", f"partner:{obj.pk}", by=str(request.user), now=clock.now(), reason=f"{obj.name}, {word}")


class EnrolmentForm(forms.ModelForm):
    """Who works at the partner; a newcomer gets an account and a mail to choose her password."""

    email = forms.EmailField(label="adresse électronique")
    first_name = forms.CharField(label="prénom", max_length=80)
    last_name = forms.CharField(label="nom", max_length=80)

    class Meta:
        model = PartnerMembership
        fields = ("partner",)

    def clean_email(self) -> str:
        try:
            partners.check_newcomer(self.cleaned_data["email"])
        except partners.PartnerRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return str(self.cleaned_data["email"])


@admin.register(PartnerMembership)
class PartnerMembershipAdmin(admin.ModelAdmin):
    """Who is removed finds nothing at her next click."""

    form = EnrolmentForm
    list_display = ("user", "partner", "brand")
    search_fields = ("user__email", "partner__name")
    list_select_related = ("user", "partner", "brand")

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own
        person = {name: form.cleaned_data[name] for name in ("email", "first_name", "last_name")}
        made = partners.enrol(obj.partner, **person, by=request.user, now=clock.now())
        obj.pk, obj.user, obj.brand_id = made.pk, made.user, made.brand_id
        mail = ResetPasswordForm({"email": made.user.email})
        if mail.is_valid():
            mail.save(request)

    def delete_model(self, request: Any, obj: PartnerMembership) -> None:
        partners.remove(obj, by=request.user, now=clock.now())

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for member in queryset:
            self.delete_model(request, member)


@admin.register(Introduction)
class IntroductionAdmin(ReadOnlyAdmin):
    list_display = ("name", "partner", "created_at", "completed_at", "first_dossier_at", "ended_at")
    list_filter = ("brand",)
    search_fields = ("name", "partner__name")
