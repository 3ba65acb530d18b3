"""The log line of a request: django-structlog's, without the query string, where somebody may have put a key."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """Binds the request's id to every log line, and says how the request ended."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
