"""The manual, one page a chapter, and the screen that each chapter explains."""

from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.translation import get_language, gettext_noop


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of help and the names of the screens that lead to it."""

    slug: str
    title: str
    part: str
    screens: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """In the reader's language; French is the original."""
        if (get_language() or "fr").startswith("fr"):
            return f"portal/help/fr/{self.slug}.html"
        return f"portal/help/en/{self.slug}.html"


START, ACCOUNT, DOSSIERS, OTHERS = (
    gettext_noop("Commencer"), gettext_noop("Votre compte"), gettext_noop("Vos dossiers"), gettext_noop("Études et débiteurs"),
)  # fmt: skip

CHAPTERS = (
    Chapter("introduction", gettext_noop("Introduction"), START, ("welcome",)),
    Chapter("inscription", gettext_noop("Inscription"), START, ("account_signup", "account_signed_up", "account_activate")),
    Chapter("connexion", gettext_noop("Connexion"), START, ("account_login",)),
    Chapter("mot-de-passe", gettext_noop("Perte de mot de passe"), START, ("account_reset_password", "account_reset_password_done")),
    Chapter("invitation", gettext_noop("Nouvel utilisateur invité"), START, ("invitation", "invitation-code")),
    Chapter("finalisation", gettext_noop("Finalisation de l’inscription"), START, ("complete-registration",)),
    Chapter("banque", gettext_noop("Coordonnées bancaires"), START),
    Chapter("facturation", gettext_noop("Coordonnées de facturation"), START),
    Chapter("conditions", gettext_noop("Conditions générales"), START, ("terms", "accepted-terms")),
    Chapter("mandat", gettext_noop("Mandat de prélèvement"), START, ("mandate", "fees", "card-payment")),
    Chapter("navigation", gettext_noop("Écran d’accueil et menu"), DOSSIERS, ("home",)),
    Chapter("creer", gettext_noop("Créer un dossier"), DOSSIERS,
            ("wizard-start", "invoice-drop", "invoice-drop-report", "import-give", "import", "import-columns",
             "wizard-edit", "wizard-debtor", "wizard-items", "wizard-check", "wizard-done")),
    Chapter("selectionner", gettext_noop("Sélectionner un dossier"), DOSSIERS, ("dossiers",)),
    Chapter("dossier", gettext_noop("Agir dans un dossier"), DOSSIERS, ("dossier", "dossier-confirm", "dossier-add", "inbox", "thread")),
    Chapter("historique", gettext_noop("Historique et notes"), DOSSIERS),
    Chapter("chiffres", gettext_noop("Suivre vos chiffres"), DOSSIERS),
    Chapter("profil", gettext_noop("Profil et modifications"), ACCOUNT, ("profile", "profile-change", "payout-account")),
    Chapter("personnes", gettext_noop("Personnes, rôles et créanciers"), ACCOUNT, ("people", "roles")),
    Chapter("partages", gettext_noop("Partager la lecture"), ACCOUNT, ("shares", "shared", "shared-dossier")),
    Chapter("convention", gettext_noop("Convention et abonnement"), ACCOUNT, ("convention",)),
    Chapter("options", gettext_noop("Options"), ACCOUNT, ("options",)),
    Chapter("etude", gettext_noop("L’espace de l’étude"), OTHERS,
            ("office-home", "office-dossiers", "office-dossier", "office-inbox", "office-thread", "office-profile", "office-people")),
    Chapter("distributeur", gettext_noop("L’espace du distributeur"), OTHERS, ("partner-home",)),
    Chapter("debiteur", gettext_noop("Vous avez reçu une lettre"), OTHERS, ("debtor-door", "debtor-room")),
    Chapter("reclamation", gettext_noop("Réclamation et rendez-vous"), OTHERS, ("complaint", "audit", "contact-receipt", "charter")),
)  # fmt: skip
BY_SLUG = {chapter.slug: chapter for chapter in CHAPTERS}
BY_SCREEN = {screen: chapter for chapter in CHAPTERS for screen in chapter.screens}


@cache
def help_url(screen: str) -> str:
    """The address of the chapter that explains the screen, or nothing."""
    chapter = BY_SCREEN.get(screen)
    return reverse("help-chapter", args=[chapter.slug]) if chapter else ""
