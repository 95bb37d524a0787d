from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import BankAccount
from core import crypto
from core.roles import as_migrator

BATCH = 1_000


class Command(BaseCommand):
    help = (
        "Chiffre de nouveau les IBAN avec la clé la plus récente de FIELD_KEYS ; les autres clés peuvent alors partir."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        as_migrator()  # a bank account is never written again by anybody else
        newest, done = crypto.newest_key(), 0
        try:
            while batch := self._batch(newest):
                done += batch
        except crypto.Unreadable as error:
            self.stderr.write(f"{error} La clé qui l’a scellée manque à FIELD_KEYS : rien n’a été changé dans ce lot.")
            raise SystemExit(1) from error
        self.stdout.write(f"{done} IBAN chiffrés de nouveau avec la clé « {newest} ».")
        self._tell_what_may_go(newest)

    @transaction.atomic
    def _batch(self, newest: str) -> int:
        """A thousand at a time, each batch whole or not at all; two rotations at once share the work."""
        stale = BankAccount.objects.exclude(iban_sealed__startswith=f"1|{newest}|").order_by("pk")
        accounts = list(stale.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for account in accounts:
            account.iban_sealed = crypto.encrypt(account.iban(), place=f"bank_account:{account.creditor_id}")
        BankAccount.objects.bulk_update(accounts, ["iban_sealed"])
        return len(accounts)

    def _tell_what_may_go(self, newest: str) -> None:
        older = [entry.split(":", 1)[0] for entry in settings.FIELD_KEYS if not entry.startswith(f"{newest}:")]
        if not older:
            return
        names = ", ".join(f"« {name} »" for name in older)
        self.stdout.write(
            f"Plus aucun IBAN ne demande {names}. Attendez une heure (codes en cours d’envoi), puis retirez-la."
        )
        if not settings.INDEX_KEY:
            self.stdout.write(
                "Mais d’abord : donnez à INDEX_KEY le secret de la plus ancienne clé. Les codes imprimés dans les lettres en"
                " dérivent."
            )
