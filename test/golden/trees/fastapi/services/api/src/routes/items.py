"""Items: create, find, list, delete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response, status

from core.domain.items.entities import Position
from core.project import API_PREFIX
from services.api.src.dependencies import ItemsDependency
from services.api.src.pagination import decode_cursor, encode_cursor
from services.api.src.schemas import ItemIn, ItemOut, ItemPage

router = APIRouter(prefix=f"{API_PREFIX}/items", tags=["items"])


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_item(
    *,
    body: ItemIn,
    items: ItemsDependency,
    request: Request,
    response: Response,
) -> ItemOut:
    """Create an item."""
    item = await items.create(body.name, body.description)
    response.headers["Location"] = request.app.url_path_for("get_item", item_id=item.id)
    return ItemOut.model_validate(item)


@router.get("/{item_id}")
async def get_item(item_id: UUID, items: ItemsDependency) -> ItemOut:
    """Find an item."""
    item = await items.get(item_id)
    if item is None:
        raise _not_found()
    return ItemOut.model_validate(item)


@router.get("")
async def list_items(
    items: ItemsDependency,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ItemPage:
    """List items, newest first; `cursor` is the `next_cursor` of the page before."""
    page = await items.page(_position(cursor), limit)
    return ItemPage(
        items=[ItemOut.model_validate(item) for item in page.items],
        next_cursor=encode_cursor(page.next) if page.next else None,
    )


@router.delete("/{item_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_item(item_id: UUID, items: ItemsDependency) -> None:
    """Delete an item."""
    if not await items.delete(item_id):
        raise _not_found()


def _position(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    try:
        return decode_cursor(cursor)
    except ValueError:
        raise HTTPException(
            status.HTTP_422_UNPROCESSABLE_CONTENT, "The cursor is not valid"
        ) from None


def _not_found() -> HTTPException:
    return HTTPException(status.HTTP_404_NOT_FOUND, "There is no such item")
