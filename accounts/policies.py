"""What a brand may ask beyond the ordinary: a password that expires (ATR-04), a secret question (ATR-05)."""

import unicodedata
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext_lazy

from accounts.models import LoginPolicy, SecretQuestion, User
from core import crypto
from tenants.models import Brand

# A closed list: whoever has no account is asked one of these too, and nobody learns from the question.
QUESTIONS = {
    "school": gettext_lazy("Quel était le nom de votre première école ?"),
    "street": gettext_lazy("Dans quelle rue avez-vous grandi ?"),
    "animal": gettext_lazy("Comment s’appelait votre premier animal ?"),
    "teacher": gettext_lazy("Quel professeur vous a le plus marqué ?"),
    "book": gettext_lazy("Quel livre vous a-t-on offert enfant ?"),
    "dish": gettext_lazy("Quel plat ne mangiez-vous jamais à la cantine ?"),
}


def policy_of(brand: Brand) -> LoginPolicy:
    """The brand's own rules; those of a brand that set none ask nothing."""
    return LoginPolicy.objects.filter(brand=brand).first() or LoginPolicy(brand=brand)


def password_is_over(user: User, brand: Brand, *, now: datetime) -> bool:
    """Whether the brand wants a new password: the old one is asked for a last time, to change it."""
    days = policy_of(brand).password_days
    since = user.password_changed_at or user.date_joined
    return bool(days) and since + timedelta(days=days) < now


def keep_question(user: User, *, question: str, answer: str) -> None:
    """The person's question, and a hash of her answer, however she will write it the next time."""
    kept = SecretQuestion(user=user, question=question, answer_hash=make_password(plain(answer)))
    SecretQuestion.objects.bulk_create(
        [kept], update_conflicts=True, unique_fields=["user"], update_fields=["question", "answer_hash"]
    )


def question_of(email: str) -> str:
    """The question asked to whoever gave this address; one of the list, always the same, when nobody chose it."""
    chosen = SecretQuestion.objects.filter(user__email=email.lower()).values_list("question", flat=True).first()
    if chosen in QUESTIONS:
        return str(QUESTIONS[chosen])
    drawn = int(crypto.fingerprint(email.lower(), purpose="secret-question"), 16)
    return str(list(QUESTIONS.values())[drawn % len(QUESTIONS)])


def is_answer(email: str, answer: str) -> bool:
    """Whether the answer is right; an account that chose no question is not held by it. Takes the same time for all."""
    kept = SecretQuestion.objects.filter(user__email=email.lower()).first()
    if kept is None:
        make_password(plain(answer))
        return True
    return check_password(plain(answer), kept.answer_hash)


def plain(answer: str) -> str:
    """Without accents, case nor spaces: « École  du Parc » is « ecole du parc »."""
    bare = unicodedata.normalize("NFKD", answer).encode("ascii", "ignore").decode()
    return " ".join(bare.casefold().split())[:100]
