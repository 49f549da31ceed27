"""The API's documentation for people, not mounted in production."""

from fastapi import APIRouter, Response
from fastapi.openapi.docs import get_swagger_ui_html

from core.project import API_PREFIX, DISPLAY_NAME

OPENAPI_URL = f"{API_PREFIX}/openapi.json"

router = APIRouter(include_in_schema=False)


@router.get(f"{API_PREFIX}/docs")
async def docs() -> Response:
    """Return Swagger UI."""
    page = get_swagger_ui_html(openapi_url=OPENAPI_URL, title=DISPLAY_NAME)
    # The page's script and style come from a CDN, which the policy of all other answers forbids.
    page.headers["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data: https://fastapi.tiangolo.com; "
        "script-src 'unsafe-inline' https://cdn.jsdelivr.net; "
        "style-src 'unsafe-inline' https://cdn.jsdelivr.net; frame-ancestors 'none'"
    )
    return page
