"""NUL in an address: refused before a view could look for it in the database, which PostgreSQL answers with an exception of its own.

A Django middleware, the first after the request has its id. Bodies need none: `customer_json` refuses the character there.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from foundation.api_errors import handler400, handler404


@sync_and_async_middleware
def refuse_nul(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """404 for a path with NUL, for nothing has such a name; 400 for a query with one."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return _refusal(request) or await get_response(request)

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _refusal(request) or get_response(request)

    return answer


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    if "\0" in request.path_info:
        return handler404(request)
    if "%00" in request.META.get("QUERY_STRING", ""):
        return handler400(request)
    return None
