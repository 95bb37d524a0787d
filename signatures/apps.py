from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "signatures"
    verbose_name = "Signatures"

    def ready(self) -> None:
        from signatures import messages  # noqa: F401, PLC0415  declares what the mails say, once models exist
