from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes et créanciers"

    def ready(self) -> None:
        from accounts import messages  # noqa: F401, PLC0415  declares what the mails say, once models exist
