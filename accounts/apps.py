from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes et créanciers"

    def ready(self) -> None:
        from accounts import messages, receivers  # noqa: F401, PLC0415  what mails say, what a log-in writes
