from django.apps import AppConfig


class MandatesConfig(AppConfig):
    name = "mandates"
    verbose_name = "Mandats et signatures"

    def ready(self) -> None:
        from mandates import messages  # noqa: F401, PLC0415  declares what the mails say, once models exist
