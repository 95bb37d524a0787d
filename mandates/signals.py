"""How this app speaks to those above it."""

from django.dispatch import Signal

mandate_signed = Signal()  # mandate, now
