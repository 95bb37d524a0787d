"""Celery rings the bell; the work that is due stands in the database."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

from credicys.timetable import TIMETABLE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credicys.settings")
if os.environ.get("DEMO"):  # a visitor who is root on her own machine need not read about it
    warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("credicys")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = TIMETABLE
