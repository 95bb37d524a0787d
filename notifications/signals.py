"""How this app speaks to those above it, which it does not know."""

from django.dispatch import Signal

letter_posted = Signal()  # message, posted_on, by, now: the post has it; terms that run from the sending start
message_settled = Signal()  # message, now: it left, was refused, or was cancelled
