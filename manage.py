#!/usr/bin/env python
"""Django's entry."""

import os
import sys

from django.core.management import execute_from_command_line

from credicys.env import BadSetting
from credicys.postgres import PostgresUnavailable

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credicys.settings")
    try:
        execute_from_command_line(sys.argv)
    except (BadSetting, PostgresUnavailable) as reason:
        sys.exit(str(reason))
