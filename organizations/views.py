"""The API's answers about who calls (contract §6)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from organizations.authentication import actor_of
from organizations.models import User


class MeOutput(serializers.Serializer[User]):
    """The person behind a key."""

    id = serializers.CharField()
    email = serializers.CharField()


class Me(APIView):
    """`GET /users/me`: the cheapest authenticated call, by which clients check their key. Authenticating is its only query."""

    @extend_schema(responses=MeOutput, tags=["Account"], summary="Who am I")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The person whose key this is; for a service key, the person who created it."""
        key = actor_of(request).key
        return Response(MeOutput(key.creator).data if key else None)
