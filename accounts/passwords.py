"""What a password may not be: one of those that French people choose first, or the person's own name dressed up."""

import re
from typing import Any
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEFT_OVER = 8  # what must remain once names are taken out
SHORTEST_WORD = 4
# Heads of the French lists of leaked passwords, without their figures.
FRENCH = frozenset(
    [
        "motdepasse",
        "monmotdepasse",
        "motdepassemotdepasse",
        "azerty",
        "azertyuiop",
        "azertyazerty",
        "azertyuiopqsdfghjklm",
        "qsdfghjklm",
        "bonjour",
        "bonjourbonjour",
        "jetaime",
        "jetaimejetaime",
        "loulou",
        "doudou",
        "doudoudoudou",
        "chouchou",
        "soleil",
        "soleilsoleil",
        "marseille",
        "parissaintgermain",
        "olympiquedemarseille",
        "chocolat",
        "nicolas",
        "camille",
        "alexandre",
        "julien",
        "caroline",
        "maman",
        "papamaman",
        "mamanpapa",
        "famille",
        "vacances",
        "coucou",
        "coucoucoucou",
        "princesse",
        "amour",
        "monamour",
        "monange",
        "liberte",
        "egalite",
        "fraternite",
        "libertegalitefraternite",
        "libertegalitefraternit",
        "france",
        "vivelafrance",
        "allezlesbleus",
        "allezlom",
        "secret",
        "confidentiel",
        "administrateur",
        "utilisateur",
        "connexion",
        "bienvenue",
        "changezmoi",
        "changemoi",
        "entreprise",
        "creances",
        "recouvrement",
        "petitescreances",
        "credicys",
    ]
)


def bare(text: str) -> str:
    """Letters only, without accents nor case."""
    ascii_only = normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z]", "", ascii_only)


class FrenchCommonValidator:
    """Refuses « MotDePasse-2026 » as it refuses « password »."""

    def validate(self, password: str, user: Any = None) -> None:
        if bare(password) in FRENCH:
            raise ValidationError(_("Ce mot de passe est parmi les premiers que l’on essaie : choisissez-en un autre."))

    def get_help_text(self) -> str:
        return _("Évitez les mots que tout le monde choisit.")


class OwnNameValidator:
    """Refuses a password of which little is left without the person's names, company and address."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = bare(password)
        for word in sorted(self._words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        left = len(rest) + sum(sign.isdigit() for sign in password)
        if rest != bare(password) and left < LEFT_OVER:
            raise ValidationError(
                _("Ce mot de passe répète votre nom, votre société ou votre adresse : ajoutez d’autres mots.")
            )

    @staticmethod
    def _words(user: Any) -> set[str]:
        texts = [getattr(user, name, "") or "" for name in ("first_name", "last_name", "email", "company")]
        words = {bare(word) for text in texts for word in re.split(r"[\W_]+", text)}
        return {word for word in words if len(word) >= SHORTEST_WORD}

    def get_help_text(self) -> str:
        return _("Ne répétez pas votre nom ni celui de votre société.")
