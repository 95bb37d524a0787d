from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Prélèvements"

    def ready(self) -> None:
        from payments import messages, receivers  # noqa: F401, PLC0415  once models exist
