# One image for web, worker, beat and the one-shot migration; what differs is the command.

FROM node:22-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.txt ./
RUN /app/.venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
COPY --from=front-end /build/node_modules ./node_modules
ENV PYTHONPATH=/app/platform:/app STATIC_ROOT=/app/static
RUN .venv/bin/python -c "from devtools.assets import copy_assets; copy_assets()" \
    && .venv/bin/python -m devtools.translations \
    && SECRET_KEY=of-the-build DATABASE_URL=postgres://nobody@localhost/none \
       .venv/bin/python manage.py collectstatic --noinput -v 0 \
    && rm -rf node_modules tests

FROM python:3.11-slim
RUN useradd --system --uid 1000 --create-home baylink && mkdir /data && chown baylink /data
COPY --from=build --chown=root:root /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONPATH=/app/platform:/app \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STATIC_ROOT=/app/static \
    FILE_STORAGE_URL=file:///data/files \
    WEB_CONCURRENCY=2 \
    PORT=8000
USER baylink
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "devtools.process", "web"]
