# One image for web, workers, scheduler and migrations: compose.yaml gives each its command.
FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 designer
WORKDIR /app
COPY requirements requirements
# TORCH=cpu or, for GPU workers, a CUDA tag such as cu130
ARG TORCH=cpu
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip install --system --no-cache --torch-backend="$TORCH" -r requirements/torch.txt \
    && uv pip install --system --no-cache --require-hashes -r requirements/worker.txt \
    && uv pip install --system --no-cache --require-hashes --no-deps -r requirements/nodeps.txt \
    && (uv pip install --system --no-cache --require-hashes --no-deps -r requirements/accelerators.txt || true)
COPY . .
ENV PYTHONUNBUFFERED=1 DESIGNER_EMBEDDED=0 DESIGNER_VAR=/data
RUN python -m compileall -q teams designer enhancement batches analytics \
    && install -d -o designer /data \
    && SECRET_KEY=only-for-collectstatic STATIC_ROOT=/app/static python manage.py collectstatic --noinput
ENV STATIC_ROOT=/app/static
USER designer
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["uvicorn", "designer.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--ws-max-size", "65536", "--ws-max-queue", "32", "--ws-per-message-deflate", "false", "--limit-concurrency", "3000", "--timeout-graceful-shutdown", "10", "--lifespan", "off", "--no-access-log", "--no-server-header"]
