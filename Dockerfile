# One image for web, worker, beat and migrations; what it runs is the command of the service.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements-production.lock .
RUN /opt/venv/bin/pip install --require-hashes -r requirements-production.lock

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home credicys
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME=/tmp
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/credicys
COPY . .
# Values for the length of this command only: they reach no layer.
RUN mkdir -p var staticfiles \
 && DATABASE_URL=postgresql://build SECRET_KEY=build FIELD_KEYS=build:build sh -c \
      'python manage.py messages && python manage.py collectstatic --no-input' \
 && chown -R credicys var
USER credicys
VOLUME /srv/credicys/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["bin/healthy"]
CMD ["gunicorn", "credicys.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--max-requests", "5000", "--max-requests-jitter", "500", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
