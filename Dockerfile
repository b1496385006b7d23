# The service with its locked packages, the demo ready in /data.
#   docker build -t poolgate .
#   docker run -p 8000:8000 poolgate
#   docker run -p 8000:8000 -e DATABASE_URL=postgresql://user:password@host/database poolgate

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv /opt/poolgate
COPY requirements.lock ./
RUN /opt/poolgate/bin/pip install --require-hashes -r requirements.lock
# docker build --build-arg EXTRA='granian>=2.8,<2.9' … for POOLGATE_SERVER=granian
ARG EXTRA=""
RUN test -z "$EXTRA" || /opt/poolgate/bin/pip install "$EXTRA"
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY service service
# pip compiles what it installs: the running service need not, and could not, write into its own code.
RUN /opt/poolgate/bin/pip install --no-deps . \
    && mkdir data && /opt/poolgate/bin/poolgate demo --path /build/data/poolgate-demo.db \
    && /opt/poolgate/bin/pip uninstall --yes pip

FROM python:3.13-slim
RUN groupadd --gid 10001 poolgate \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin poolgate
COPY --from=build /opt/poolgate /opt/poolgate
COPY --from=build --chown=10001:10001 /build/data /data
ENV PATH=/opt/poolgate/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 POOLGATE_BIND=0.0.0.0:8000
USER 10001:10001
# The working directory holds what SQLite keeps; the demo is served from here if no database is named.
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --start-interval=1s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; port = os.environ['POOLGATE_BIND'].rpartition(':')[2]; r.build_opener(r.ProxyHandler({})).open(f'http://127.0.0.1:{port}/-/ready', timeout=2)"]
CMD ["poolgate", "serve"]
