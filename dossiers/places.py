"""The territory of a debtor's address, as `tenants.places` tells it."""

from tenants.places import territory_of

__all__ = ["territory_of"]
