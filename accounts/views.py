"""Sign-up and activation; log-in and recovery are allauth's, under French addresses."""

from typing import Any

from allauth.account import views as allauth_views
from allauth.account.forms import ResetPasswordForm
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import policies, portals, services, sessions
from accounts.log_in import AnswerForm, LogInForm
from accounts.models import Membership
from accounts.permissions import creditors_of, may_join
from accounts.sign_up_form import PERSON, CreditorForm, SignUpForm
from core import clock
from core.http import forget
from core.once import once

LANGUAGE_SECONDS = 365 * 86400
RECOVERY_KEY = "recovery_email"


@sensitive_post_parameters("password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None, brand=request.brand, initial={"partner": request.GET.get("par", "")[:20]})  # type: ignore[attr-defined]
    if request.method == "POST" and not ratelimit.consume(request, action="signup"):
        return ratelimit.respond_429(request)
    if request.method == "POST" and form.is_valid():
        services.sign_up(request.brand, form.registration(), now=clock.now())  # type: ignore[attr-defined]
        return redirect("account_signed_up")
    return render(request, "accounts/sign_up.html", {"form": form}, status=422 if form.errors else 200)


@once
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Any) -> HttpResponse:
    """A person known at another brand opens her creditor's space here, without a second account."""
    if not may_join(request.user):
        raise Http404
    if Membership.objects.filter(user=request.user, brand=request.brand).exists():
        return redirect("home")
    known = {name: getattr(request.user, name) for name in PERSON}
    form = CreditorForm(request.POST or None, brand=request.brand, initial=known)
    if request.method == "POST" and form.is_valid():
        services.join(
            request.brand,
            request.user,
            form.creditor(),
            form.civil_status(),
            partner=form.cleaned_data["partner"],
            now=clock.now(),
        )
        return redirect("home")
    return render(request, "accounts/join.html", {"form": form}, status=422 if form.errors else 200)


def signed_up(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/signed_up.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the link changes nothing (mail scanners open links); the button, pressed by script, activates."""
    try:
        if request.method == "POST":
            services.activate(token)
            return render(request, "accounts/activated.html")
        services.unused_activation(token)
    except services.LinkUnusable:
        return render(request, "accounts/link_unusable.html", status=410)
    return render(request, "accounts/activate.html")


class Login(allauth_views.LoginView):
    form_class = LogInForm
    template_name = "accounts/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"portals": portals.open_at(self.request.brand)}

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session.pop(sessions.PORTAL_KEY, None)  # of an entry that was given up half-way
        response = super().form_valid(form)
        if language := form.cleaned_data.get("language"):
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=LANGUAGE_SECONDS, samesite="Lax")
        return response


class Logout(allauth_views.LogoutView):
    """Ends the session; whoever sits down next finds nothing in the browser either."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return forget(super().post(*args, **kwargs))


class ResetPassword(allauth_views.PasswordResetView):
    template_name = "accounts/reset_password.html"
    success_url = reverse_lazy("account_reset_password_done")

    def form_valid(self, form: Any) -> HttpResponse:
        if not policies.policy_of(self.request.brand).has_secret_question:
            return super().form_valid(form)
        self.request.session[RECOVERY_KEY] = form.cleaned_data["email"]
        return redirect("recovery-question")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_question(request: HttpRequest) -> HttpResponse:
    """The secret question, where the brand asks for one; whatever is answered, the next page is the same."""
    email = request.session.get(RECOVERY_KEY)
    if not email:
        return redirect("account_reset_password")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="secret_answer", key=email):
        return ratelimit.respond_429(request)
    if request.method == "POST" and form.is_valid():
        _recover(request, email, form.cleaned_data["answer"])
        return redirect("account_reset_password_done")
    context = {"form": form, "question": policies.question_of(email)}
    return render(request, "accounts/recovery_question.html", context, status=422 if form.errors else 200)


def _recover(request: HttpRequest, email: str, answer: str) -> None:
    form = ResetPasswordForm({"email": email})
    if policies.is_answer(email, answer) and form.is_valid():
        form.save(request)
    del request.session[RECOVERY_KEY]


class ResetPasswordFromKey(allauth_views.PasswordResetFromKeyView):
    template_name = "accounts/new_password.html"
    success_url = reverse_lazy("account_reset_password_from_key_done")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        sessions.end_all(self.reset_user)
        services.write_notice(self.reset_user, self.request.brand, what="password", now=clock.now())
        return response


def choose_creditor(request: HttpRequest) -> HttpResponse:
    """Switch to another of one's creditors."""
    chosen = request.POST.get("creditor", "")
    creditor = next((c for c in creditors_of(request) if str(c.pk) == chosen), None)
    if creditor:
        request.session["creditor"] = creditor.pk
        messages.success(request, _("Vous agissez maintenant pour %(name)s.") % {"name": creditor.name})
    return redirect("home")
