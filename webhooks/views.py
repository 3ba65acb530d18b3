"""The delivery log and replays over REST (contract §10). Every call needs `org:manage_settings`; other organizations' deliveries do not exist."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.api_errors import BadRequest, Conflict, NotFound
from foundation.cursors import decode_cursor, encode_cursor
from organizations.access import Actor
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of
from organizations.permissions import MANAGE_SETTINGS, require
from webhooks import services
from webhooks.errors import NoDefaultURL, TransitionRefused
from webhooks.models import Delivery
from webhooks.queries import visible_deliveries
from webhooks.serializers import (
    STORED_STATUS,
    DeliveryDetailOutput,
    DeliveryOutput,
    DeliveryPageOutput,
    ListQuery,
    ReplayInput,
    ReplayOutput,
)

TAG = ["Webhooks"]


class Deliveries(APIView):
    """`GET /webhooks/deliveries`"""

    @extend_schema(operation_id="deliveries_list", parameters=[ListQuery], responses=DeliveryPageOutput, tags=TAG, summary="List deliveries")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        actor = _manager(request)
        query = ListQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return Response(DeliveryPageOutput(_page(actor, query.validated_data)).data)


class DeliveryDetail(APIView):
    """`GET /webhooks/deliveries/:id`"""

    @extend_schema(operation_id="deliveries_get", responses=DeliveryDetailOutput, tags=TAG, summary="Get a delivery with its attempts")
    def get(self, request: Request, delivery_id: str, *args: Any, **kwargs: Any) -> Response:
        """What was sent where and when, and what came back."""
        return Response(DeliveryDetailOutput(_find(_manager(request), delivery_id)).data)


class DeliveryReplay(APIView):
    """`POST /webhooks/deliveries/:id/replay`"""

    @extend_schema(request=None, responses={202: DeliveryOutput}, tags=TAG, summary="Send a delivery again")
    def post(self, request: Request, delivery_id: str, *args: Any, **kwargs: Any) -> Response:
        """The same `webhook-id` and bytes, with a new schedule. 409 while the delivery is still under way."""
        actor = _manager(request)
        delivery = _find(actor, delivery_id)
        try:
            services.replay_delivery(delivery, now_of(request), author=author_of(request, actor))
        except TransitionRefused as exc:
            raise Conflict("The delivery is still under way.", code="delivery_under_way") from exc
        return Response(DeliveryOutput(_find(actor, delivery_id)).data, status=202)


class Replay(APIView):
    """`POST /webhooks/replay`"""

    @extend_schema(request=ReplayInput, responses={202: ReplayOutput}, tags=TAG, summary="Send failed deliveries again")
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All deliveries that failed at `since` or later."""
        actor = _manager(request)
        body = ReplayInput(data=request.data)
        body.is_valid(raise_exception=True)
        since, author = body.validated_data["since"], author_of(request, actor)
        count = services.replay_failed_since(actor.organization, since, now_of(request), author=author)
        return Response({"replayed": count}, status=202)


class SendTestEvent(APIView):
    """`POST /webhooks/test`"""

    @extend_schema(request=None, responses={202: DeliveryOutput}, tags=TAG, summary="Send a test event")
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sends an event of type `webhook.test` to the organization's default webhook URL."""
        actor = _manager(request)
        try:
            delivery = services.send_test_event(actor.organization, now_of(request), author=author_of(request, actor))
        except NoDefaultURL as exc:
            raise BadRequest(message="The organization has no default webhook URL.", code="no_default_webhook_url") from exc
        return Response(DeliveryOutput(delivery).data, status=202)


def _manager(request: Request) -> Actor:
    actor = actor_of(request)
    require(actor, MANAGE_SETTINGS)
    return actor


def _find(actor: Actor, delivery_id: str) -> Delivery:
    delivery = visible_deliveries(actor).prefetch_related("log").filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFound("delivery", delivery_id)
    return delivery


def _page(actor: Actor, query: dict[str, Any]) -> dict[str, Any]:
    scope = f"{actor.organization.pk} deliveries"
    rows = visible_deliveries(actor)
    if "status" in query:
        rows = rows.filter(status=STORED_STATUS[query["status"]])
    if "since" in query:
        rows = rows.filter(created_at__gte=query["since"])
    if "cursor" in query:
        rows = rows.filter(pk__lt=decode_cursor(query["cursor"], scope=scope))
    found = list(rows[: query["limit"] + 1])
    shown = found[: query["limit"]]
    more = len(found) > len(shown)
    return {"items": shown, "nextCursor": encode_cursor(shown[-1].pk, scope=scope) if more else None}
