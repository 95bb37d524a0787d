from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models, transaction

from accounts.adapter import FactorAdapter
from accounts.models import BankAccount, OfficeProfile, PayoutAccount, SignInPortal
from core import crypto
from core.roles import as_migrator

BATCH = 1_000
# All that stays sealed at rest: the column, and the place that each value is bound to.
SEALED: tuple[tuple[type[models.Model], str, Callable[[Any], str]], ...] = (
    (BankAccount, "iban_sealed", lambda account: f"bank_account:{account.creditor_id}"),
    (PayoutAccount, "iban_sealed", lambda account: f"payout_account:{account.creditor_id}"),
    (OfficeProfile, "third_party_iban_sealed", lambda profile: f"third_party:{profile.office_id}"),
    (SignInPortal, "secret_sealed", lambda portal: portal.place),
)


class Command(BaseCommand):
    help = (
        "Chiffre de nouveau IBAN, secrets des portails et seconds facteurs avec la clé la plus récente de FIELD_KEYS ; les"
        " autres clés peuvent alors partir."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        as_migrator()  # these rows are never written again by anybody else
        newest = crypto.newest_key()
        try:
            ibans = sum(_all(model, column, place, newest) for model, column, place in SEALED)
            factors = _factors(newest)
        except crypto.Unreadable as error:
            self.stderr.write(f"{error} La clé qui l’a scellée manque à FIELD_KEYS : rien n’a été changé dans ce lot.")
            raise SystemExit(1) from error
        self.stdout.write(
            f"{ibans} IBAN ou secrets et {factors} seconds facteurs chiffrés de nouveau avec la clé « {newest} »."
        )
        self._tell_what_may_go(newest)

    def _tell_what_may_go(self, newest: str) -> None:
        older = [entry.split(":", 1)[0] for entry in settings.FIELD_KEYS if not entry.startswith(f"{newest}:")]
        if not older:
            return
        names = ", ".join(f"« {name} »" for name in older)
        self.stdout.write(
            f"Plus rien n’est gardé sous {names}. Attendez que les envois en cours soient partis (une heure), puis retirez-la."
        )
        if not settings.INDEX_KEY:
            self.stdout.write(
                "Mais d’abord : donnez à INDEX_KEY le secret de la plus ancienne clé. Les codes imprimés dans les lettres en"
                " dérivent."
            )


def _all(model: type[models.Model], column: str, place: Callable[[Any], str], newest: str) -> int:
    done = 0
    while batch := _batch(model, column, place, newest):
        done += batch
    return done


@transaction.atomic
def _batch(model: type[models.Model], column: str, place: Callable[[Any], str], newest: str) -> int:
    """A thousand at a time, each batch whole or not at all; two rotations at once share the work."""
    stale = model._default_manager.exclude(**{column: ""}).exclude(**{f"{column}__startswith": f"1|{newest}|"})
    found = list(stale.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH])
    for row in found:
        where = place(row)
        setattr(row, column, crypto.encrypt(crypto.decrypt(getattr(row, column), place=where), place=where))
    model._default_manager.bulk_update(found, [column])
    return len(found)


@transaction.atomic
def _factors(newest: str) -> int:
    """The secrets of applications and recovery codes, wherever they stand in the factor's data."""
    done = 0
    for factor in Authenticator.objects.select_for_update(of=("self",)).order_by("pk"):
        renewed = _renewed(factor.data, newest)
        if renewed != factor.data:
            factor.data = renewed
            factor.save(update_fields=["data"])
            done += 1
    return done


def _renewed(data: Any, newest: str) -> Any:
    if isinstance(data, dict):
        return {name: _renewed(value, newest) for name, value in data.items()}
    if isinstance(data, list):
        return [_renewed(value, newest) for value in data]
    is_stale = isinstance(data, str) and data.startswith("1|") and crypto.key_of(data) != newest
    place = FactorAdapter.PLACE
    return crypto.encrypt(crypto.decrypt(data, place=place), place=place) if is_stale else data
