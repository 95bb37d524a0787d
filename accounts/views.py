"""Sign-up and activation; log-in and recovery are allauth's, under French addresses."""

from allauth.account import views as allauth_views
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.forms import SignUpForm
from accounts.permissions import creditors_of
from core import clock


@sensitive_post_parameters("password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(request, action="signup"):
        return ratelimit.respond_429(request)
    if request.method == "POST" and form.is_valid():
        services.sign_up(request.brand, form.registration(), now=clock.now())  # type: ignore[attr-defined]
        return redirect("account_signed_up")
    return render(request, "accounts/sign_up.html", {"form": form}, status=422 if form.errors else 200)


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
    template_name = "accounts/login.html"


class ResetPassword(allauth_views.PasswordResetView):
    template_name = "accounts/reset_password.html"
    success_url = reverse_lazy("account_reset_password_done")


class ResetPasswordFromKey(allauth_views.PasswordResetFromKeyView):
    template_name = "accounts/new_password.html"
    success_url = reverse_lazy("account_reset_password_from_key_done")


def choose_creditor(request: HttpRequest) -> HttpResponse:
    """Switch to another of one's creditors."""
    chosen = request.POST.get("creditor", "")
    creditor = next((c for c in creditors_of(request) if str(c.pk) == chosen), None)
    if creditor:
        request.session["creditor"] = creditor.pk
        messages.success(request, _("Vous agissez maintenant pour %(name)s.") % {"name": creditor.name})
    return redirect("home")
