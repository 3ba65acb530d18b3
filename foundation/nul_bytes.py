"""NUL in an address: refused before a view could look for it in the database, which PostgreSQL answers with an exception of its own.

A Django middleware, the first after the request has its id. Bodies need none: `customer_json` refuses the character there.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def refuse_nul(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """404 for a path with NUL, for nothing has such a name; 400 for a query with one."""
    if iscoroutinefunction(get_response):

        async def pass_on(request: HttpRequest) -> HttpResponseBase:
            _check(request)
            response: HttpResponseBase = await get_response(request)
            return response

        return pass_on

    def pass_on_sync(request: HttpRequest) -> HttpResponseBase:
        _check(request)
        response: HttpResponseBase = get_response(request)
        return response

    return pass_on_sync


def _check(request: HttpRequest) -> None:
    if "\0" in request.path_info:
        raise Http404
    if "%00" in request.META.get("QUERY_STRING", ""):
        raise SuspiciousOperation("NUL in the query")
