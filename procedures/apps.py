from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "procedures"
    verbose_name = "Procédures"

    def ready(self) -> None:
        from procedures import letters, receivers, statements  # noqa: F401, PLC0415  connects them once models exist
