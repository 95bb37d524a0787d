from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from accounts import portal_views, register_views, security_views, views

urlpatterns = [
    path("inscription", views.sign_up, name="account_signup"),
    path("inscription/merci", views.signed_up, name="account_signed_up"),
    path("annuaire/entreprise", register_views.company, name="register-company"),
    path("annuaire/adresse", register_views.address, name="register-address"),
    path("rejoindre", login_required(views.join), name="join-brand"),
    path("activation/<str:token>", views.activate, name="account_activate"),
    path("connexion", views.Login.as_view(), name="account_login"),
    path("connexion/portail/<slug:provider_id>", portal_views.start, name="openid_connect_login"),
    path("connexion/portail/<slug:provider_id>/retour", portal_views.callback, name="openid_connect_callback"),
    path("deconnexion", require_POST(views.Logout.as_view()), name="account_logout"),
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
    path("mot_de_passe_oublie/question", views.recovery_question, name="recovery-question"),
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
    # the second factor at log-in, and what opens the account
    path("connexion/second-facteur", security_views.Authenticate.as_view(), name="mfa_authenticate"),
    path("connexion/cle", security_views.LoginWithKey.as_view(), name="mfa_login_webauthn"),
    path("compte/securite", security_views.index, name="mfa_index"),
    path("compte/sessions/fermer", security_views.end_session, name="end-session"),
    path(
        "compte/mot-de-passe", login_required(security_views.ChangePassword.as_view()), name="account_change_password"
    ),
    path("compte/question", security_views.secret_question, name="secret-question"),
    path("compte/telephone", security_views.phone, name="trusted-phone"),
    path("compte/telephone/annuler", security_views.stop_phone, name="trusted-phone-stop"),
    path("compte/confirmer", security_views.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("compte/confirmer/code", security_views.ReauthenticateByCode.as_view(), name="mfa_reauthenticate"),
    path("compte/confirmer/cle", security_views.ReauthenticateByKey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("compte/application", login_required(security_views.ActivateTotp.as_view()), name="mfa_activate_totp"),
    path("compte/application/retirer", security_views.DeactivateTotp.as_view(), name="mfa_deactivate_totp"),
    path("compte/cles", login_required(security_views.AddKey.as_view()), name="mfa_add_webauthn"),
    path("compte/cles/retirer", security_views.remove_key, name="mfa_remove_webauthn"),
    path("compte/codes", security_views.recovery_codes, name="mfa_view_recovery_codes"),
    path("compte/codes/telecharger", security_views.download_codes, name="mfa_download_recovery_codes"),
    path("compte/codes/nouveaux", security_views.renew_codes, name="mfa_generate_recovery_codes"),
    path("espace/creancier", require_POST(views.choose_creditor), name="choose-creditor"),
]
