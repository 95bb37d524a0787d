from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from accounts import contacts, partner_admin, profile, seeing  # noqa: F401  registers its own
from accounts.models import (
    BankAccount,
    ChangeRequest,
    Contact,
    Convention,
    Creditor,
    Invitation,
    LoginPolicy,
    Membership,
    OfficeMembership,
    OfficeProfile,
    OptionSubscription,
    PayoutAccount,
    ShareLink,
    SignInPortal,
    Subscription,
    User,
)
from accounts.models.contact import ContactState
from accounts.models.profile import Decision
from core import clock
from core.admin import KeptAdmin, ReadOnlyAdmin, ReasonedAdmin
from core.audit import note


@admin.register(User)
class UserAdmin(ReasonedAdmin):
    """Support corrects a name; passwords and rights are not given from here."""

    list_display = ("email", "last_name", "first_name", "is_active", "is_staff")
    search_fields = ("email", "last_name")
    fields = ("email", "civility", "last_name", "first_name", "is_active", "see_as", "copy")
    readonly_fields = ("email", "see_as", "copy")

    @admin.display(description="droit d’accès")
    def copy(self, user: User) -> str:
        return format_html('<a href="{}">Copie de ses données</a>', reverse("support-person-copy", args=[user.pk]))

    @admin.display(description="ses pages")
    def see_as(self, user: User) -> str:
        return format_html(
            '<a href="{}">Voir comme cette personne</a>', reverse("admin:accounts_user_see", args=[user.pk])
        )

    def get_urls(self) -> list[Any]:
        own = path("<int:key>/voir/", self.admin_site.admin_view(self.see), name="accounts_user_see")
        return [own, *super().get_urls()]

    def see(self, request: Any, key: int) -> HttpResponse:
        """Ask why, then show the person's own pages for half an hour."""
        user, error = get_object_or_404(User, pk=key), ""
        if request.method == "POST":
            try:
                seeing.start(request, user, reason=request.POST.get("look_reason", ""), now=clock.now())
            except seeing.SeeingRefused as refusal:
                error = str(refusal)
            else:
                return redirect("office-home" if OfficeMembership.objects.filter(user=user).exists() else "home")
        context = self.admin_site.each_context(request) | {
            "title": f"Voir comme {user}", "opts": self.model._meta, "error": error, "subject": f"user:{key}",
        }  # fmt: skip
        return TemplateResponse(request, "admin/reason.html", context, status=422 if error else 200)

    def has_add_permission(self, request: object) -> bool:
        return False


class CorrectionForm(forms.ModelForm):
    """Any correction by support says why: the value before it is kept beside."""

    reason = forms.CharField(label="motif de la correction", max_length=400)

    class Meta:
        model = Creditor
        fields = "__all__"  # noqa: DJ007  the admin names the read-only ones


@admin.register(Creditor)
class CreditorAdmin(ReasonedAdmin):
    """Personal information changes here only (CRE-29), dated and with its reason."""

    form = CorrectionForm
    list_display = ("name", "registration", "town", "brand", "completed_at")
    search_fields = ("company", "last_name", "siret", "ridet", "tahiti", "rna")
    list_filter = ("brand", "kind", "category")
    readonly_fields = ("brand", "parent", "terms", "terms_accepted_at", "completed_at", "created_at")

    def has_add_permission(self, request: object) -> bool:
        return False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own
        profile.correct(obj, reason=form.cleaned_data["reason"], by=request.user, now=clock.now())


@admin.register(BankAccount)
class BankAccountAdmin(ReadOnlyAdmin):
    """Masked: the last four characters, and never the sealed value."""

    list_display = ("creditor", "masked", "bic", "created_at")
    fields = ("creditor", "masked", "bic", "signatory", "created_at")
    search_fields = ("creditor__company", "creditor__last_name", "iban_last4", "bic")


@admin.register(LoginPolicy)
class LoginPolicyAdmin(KeptAdmin):
    list_display = ("brand", "password_days", "has_secret_question")


class PortalForm(forms.ModelForm):
    """The client secret is written and never shown again; an empty one keeps what is there."""

    secret = forms.CharField(
        label="client_secret", required=False, widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text="Vide : il ne change pas. Il n’est jamais montré.",
    )  # fmt: skip

    class Meta:
        model = SignInPortal
        fields = ("brand", "slug", "label", "issuer", "client_id", "domains", "is_open")

    def clean_secret(self) -> str:
        secret = str(self.cleaned_data["secret"])
        if not secret and not self.instance.secret_sealed:
            raise forms.ValidationError("Donnez le client_secret que le portail vous a remis.")
        return secret


@admin.register(SignInPortal)
class SignInPortalAdmin(KeptAdmin):
    """To retire a portal, close it: its button goes and nobody comes in by it any more."""

    form = PortalForm
    list_display = ("label", "brand", "issuer", "domains", "is_open")
    list_filter = ("brand", "is_open")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return ("brand", "slug") if obj else ()  # the sealed secret is bound to both

    def save_model(self, request: Any, obj: SignInPortal, form: Any, change: bool) -> None:  # noqa: FBT001  Django's own
        if form.cleaned_data["secret"]:
            obj.seal(form.cleaned_data["secret"])
        obj.save(
            update_fields=("label", "issuer", "client_id", "secret_sealed", "domains", "is_open") if change else None
        )
        reason = f"{obj.issuer} {obj.domains} {'ouvert' if obj.is_open else 'fermé'}"
        note("portail de connexion", f"portal:{obj.pk}", by=str(request.user), now=clock.now(), reason=reason)


@admin.register(Membership, OfficeMembership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "brand")
    search_fields = ("user__email",)


class DecisionAdmin(ReadOnlyAdmin):
    """Something that waits for a decision: read, then accepted or refused with a reason, nothing else."""

    approve_label = "Accepter"
    refuse_label = "Refuser"

    def get_urls(self) -> list[Any]:
        name = f"{self.model._meta.app_label}_{self.model._meta.model_name}_decision"
        own = path("<int:key>/decision/", self.admin_site.admin_view(self.decision), name=name)
        return [own, *super().get_urls()]

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return redirect(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_decision", object_id)

    def decision(self, request: Any, key: int) -> HttpResponse:
        found = get_object_or_404(self.model, pk=key)
        error = ""
        if request.method == "POST":
            try:
                self.decide(request, found)
            except (profile.ChangeRefused, contacts.ContactRefused) as refusal:
                error = str(refusal)
            else:
                messages.success(request, "C’est enregistré.")
                return redirect(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_changelist")
        context = self.admin_site.each_context(request) | {
            "title": str(found), "opts": self.model._meta, "error": error, "rows": self.rows(found), "papers": self.papers(found),
            "is_waiting": self.is_waiting(found), "approve_label": self.approve_label, "refuse_label": self.refuse_label,
        }  # fmt: skip
        return TemplateResponse(request, "admin/decision.html", context, status=422 if error else 200)

    def is_waiting(self, found: Any) -> bool:
        return bool(found.state == Decision.WAITING)

    def papers(self, found: Any) -> list[dict[str, str]]:
        return []

    def rows(self, found: Any) -> list[dict[str, Any]]:
        raise NotImplementedError

    def decide(self, request: Any, found: Any) -> None:
        raise NotImplementedError


@admin.register(ChangeRequest)
class ChangeRequestAdmin(DecisionAdmin):
    list_display = ("creditor", "state", "requested_by", "requested_at", "decided_by")
    list_filter = ("state", "brand")
    search_fields = ("creditor__company", "creditor__last_name", "requested_by")

    def rows(self, found: ChangeRequest) -> list[dict[str, Any]]:
        said = [
            ("Demandé par", found.requested_by),
            ("Explication", found.explanation),
            ("Motif de la réponse", found.reason),
        ]
        return [*found.changes, *({"label": label, "before": text, "after": None} for label, text in said)]

    def papers(self, found: ChangeRequest) -> list[dict[str, str]]:
        return [
            {"name": paper.document.name, "url": reverse("support-document", args=[paper.document_id])}
            for paper in found.papers.select_related("document")
        ]

    def decide(self, request: Any, found: ChangeRequest) -> None:
        approve, reason = request.POST.get("answer") == "approve", request.POST.get("reason", "")
        profile.decide_change(found, approve=approve, reason=reason, by=request.user, now=clock.now())


@admin.register(PayoutAccount)
class PayoutAccountAdmin(DecisionAdmin):
    """Support is the second person of a creditor that has only one, after calling the known number back."""

    list_display = ("creditor", "masked", "state", "proposed_by", "proposed_at", "decided_by", "effective_at")
    list_filter = ("state", "brand")
    search_fields = ("creditor__company", "creditor__last_name", "iban_last4")
    approve_label = "Confirmer après rappel du créancier"

    def rows(self, found: PayoutAccount) -> list[dict[str, Any]]:
        said = [
            ("Créancier", found.creditor), ("Titulaire", found.holder), ("Compte", f"{found.masked} {found.bic}"),
            ("Proposé par", found.proposed_by), ("Décidé par", found.decided_by), ("Sert à partir du", found.effective_at),
        ]  # fmt: skip
        return [{"label": label, "before": text, "after": None} for label, text in said]

    def decide(self, request: Any, found: PayoutAccount) -> None:
        approve = request.POST.get("answer") == "approve"
        if not request.POST.get("reason", "").strip():
            raise profile.ChangeRefused("Indiquez le motif : qui vous avez rappelé, à quel numéro connu.")
        profile.decide_payout(found, approve=approve, by=request.user, now=clock.now(), reason=request.POST["reason"])


@admin.register(Contact)
class ContactAdmin(DecisionAdmin):
    """Complaints and appointments: taken, then answered; the answer leaves by mail."""

    list_display = ("number", "kind", "state", "name", "created_at", "taken_by", "answered_by")
    list_filter = ("kind", "state", "brand")
    search_fields = ("number", "name", "email", "dossier_reference", "company")
    approve_label = "Envoyer la réponse"
    refuse_label = "Prendre en charge"

    def rows(self, found: Contact) -> list[dict[str, Any]]:
        said = [
            ("Nature", found.get_kind_display()), ("État", found.get_state_display()), ("Nom", found.name), ("Société", found.company),
            ("Courriel", found.email), ("Téléphone", found.phone), ("Dossier", found.dossier_reference),
            ("Jour souhaité", found.wished_on), ("Message", found.text), ("Pris en charge par", found.taken_by),
            ("Réponse", found.answer),
        ]  # fmt: skip
        return [{"label": label, "before": text, "after": None} for label, text in said]

    def is_waiting(self, found: Any) -> bool:
        return bool(found.state != ContactState.ANSWERED)

    def decide(self, request: Any, found: Contact) -> None:
        by = str(request.user)
        if request.POST.get("answer") == "approve":
            contacts.answer(found, text=request.POST.get("reason", ""), by=by, now=clock.now())
        else:
            contacts.take(found, by=by, now=clock.now())


@admin.register(Convention)
class ConventionAdmin(ReadOnlyAdmin):
    list_display = ("creditor", "text", "signed_at", "starts_on", "term_on", "renewals", "denounced_at")
    search_fields = ("creditor__company", "creditor__last_name")
    list_select_related = ("creditor", "text")
    exclude = ("evidence",)


@admin.register(OfficeProfile)
class OfficeProfileAdmin(ReadOnlyAdmin):
    list_display = ("office", "insurer", "insured_until_on", "third_party_masked", "changed_by", "changed_at")
    search_fields = ("office__name", "office__town")
    exclude = ("third_party_iban_sealed",)


@admin.register(OptionSubscription, Subscription)
class AgreedAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "brand")
    search_fields = ("creditor__company", "creditor__last_name")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "house", "role", "created_at", "accepted_at", "withdrawn_at")
    search_fields = ("email",)
    exclude = ("code_hash",)


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyAdmin):
    list_display = ("recipient", "creditor", "created_at", "expires_at", "revoked_at", "opened_count")
    search_fields = ("recipient", "creditor__company")
    exclude = ("token_hash",)
