"""Health: live and ready for the orchestrator, system for who holds the token."""

from fastapi import APIRouter, Depends, Response, status

from core.project import API_PREFIX
from infrastructure.health.checks import Status, SystemHealth
from services.api.src.dependencies import (
    DrainingDependency,
    ResourcesDependency,
    require_system_health_token,
)

router = APIRouter(prefix=f"{API_PREFIX}/health", tags=["health"])


@router.get("/live")
async def live() -> dict[str, str]:
    """Tell that the process answers; touches nothing, for a restart would mend nothing else."""
    return {"status": "alive"}


@router.get("/ready")
async def ready(
    draining: DrainingDependency, resources: ResourcesDependency, response: Response
) -> dict[str, str]:
    """Tell whether to send requests here: not while draining, nor without the database."""
    if draining.active:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return {"status": "draining"}
    if not await resources.health.is_ready():
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return {"status": "unavailable"}
    return {"status": "ready"}


@router.get("/system", dependencies=[Depends(require_system_health_token)])
async def system(resources: ResourcesDependency, response: Response) -> SystemHealth:
    """Tell the state of each service, with its figures."""
    health = await resources.health.system()
    if health.status is Status.UNHEALTHY:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return health
