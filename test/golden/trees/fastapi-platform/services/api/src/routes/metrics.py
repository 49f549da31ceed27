"""Metrics in Prometheus' text format."""

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from infrastructure.observability.metrics import exposition
from services.api.src.dependencies import require_metrics_token

router = APIRouter(dependencies=[Depends(require_metrics_token)], include_in_schema=False)


@router.get("/metrics")
def metrics() -> Response:
    """Return the metrics; not async, as reading the workers' files belongs into a thread."""
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)
