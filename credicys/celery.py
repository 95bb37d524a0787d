"""Celery rings the bell; the work that is due stands in the database."""

import os

from celery import Celery

from credicys.timetable import TIMETABLE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credicys.settings")

app = Celery("credicys")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = TIMETABLE
