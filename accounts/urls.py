from allauth.account import views as allauth_views
from django.urls import path, re_path
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from accounts import views

urlpatterns = [
    path("inscription", views.sign_up, name="account_signup"),
    path("inscription/merci", views.signed_up, name="account_signed_up"),
    path("activation/<str:token>", views.activate, name="account_activate"),
    path("connexion", views.Login.as_view(), name="account_login"),
    path("deconnexion", require_POST(allauth_views.LogoutView.as_view()), name="account_logout"),
    path(
        "activation-attendue",
        TemplateView.as_view(template_name="accounts/activation_awaited.html"),
        name="account_email_verification_sent",
    ),
    path(
        "compte-inactif",
        TemplateView.as_view(template_name="accounts/inactive.html"),
        name="account_inactive",
    ),
    path("mot_de_passe_oublie", views.ResetPassword.as_view(), name="account_reset_password"),
    path(
        "mot_de_passe_oublie/envoye",
        TemplateView.as_view(template_name="accounts/reset_sent.html"),
        name="account_reset_password_done",
    ),
    re_path(
        r"^mot_de_passe_oublie/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        views.ResetPasswordFromKey.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "mot_de_passe_oublie/fait",
        TemplateView.as_view(template_name="accounts/password_renewed.html"),
        name="account_reset_password_from_key_done",
    ),
    path("espace/creancier", require_POST(views.choose_creditor), name="choose-creditor"),
]
