from django.db import models

from accounts.models.person import User
from tenants.models import Brand


class DailyNews(models.Model):
    """That a person wants, at a brand, one mail a day with what happened the day before (NUM-10).

    `told_until_on` is the last civil day of the brand that she was told of: no day is told twice, none is skipped.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="daily_news")
    brand = models.ForeignKey(Brand, models.PROTECT)
    told_until_on = models.DateField("dernier jour dit")

    class Meta:
        verbose_name = "nouvelles du jour"
        verbose_name_plural = "nouvelles du jour"
        constraints = [models.UniqueConstraint("user", "brand", name="one_daily_mail")]

    def __str__(self) -> str:
        return f"{self.user} ({self.brand})"
