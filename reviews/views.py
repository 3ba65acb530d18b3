"""The review queue over REST, for teams with tools of their own: one view per path (contract §10).

Items that the caller may not review do not exist for it. What review managers do needs `org:manage_reviews`.
"""

from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.api_errors import BadRequest
from foundation.cursors import MalformedCursor, decode_cursor, encode_cursor
from foundation.customer_json import Problem
from organizations.access import Actor
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of
from organizations.permissions import MANAGE_REVIEWS, require
from reviews import managing, services
from reviews.content import Content, load_content
from reviews.deciding import approve_review, edit_review
from reviews.models import Decision, ReviewItem
from reviews.queries import Place, after, queue
from reviews.reading import find_managed, find_review, read_review
from reviews.refusals import refusals
from reviews.requests import DraftInput, ExtendInput, FenceInput, ReasonInput, ReviewListQuery, SubmitInput, WithdrawInput
from reviews.serializers import (
    ClaimSerializer,
    DecisionSerializer,
    DraftedSerializer,
    ReviewItemSerializer,
    ReviewPageSerializer,
    ReviewSerializer,
    show_review,
)
from reviews.transitions import Held

TAG = ["Reviews"]


class ReviewsView(APIView):
    """The queue."""

    @extend_schema(operation_id="listReviews", tags=TAG, summary="List reviews", parameters=[ReviewListQuery], responses=ReviewPageSerializer)
    def get(self, request: Request) -> Response:
        """Those that wait, the first to ship first; of ended states, what ended last first."""
        query = ReviewListQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        page = _page(actor_of(request), query.validated_data, now_of(request))
        return Response(ReviewPageSerializer(page, context={"now": now_of(request)}).data)


class ReviewView(APIView):
    """One review with its texts."""

    @extend_schema(operation_id="getReview", tags=TAG, summary="Get a review with its texts, drafts and findings", responses=ReviewSerializer)
    def get(self, request: Request, review_id: str) -> Response:
        actor, now = actor_of(request), now_of(request)
        review = read_review(find_review(actor, review_id), actor=actor, now=now)
        return Response(show_review(review, now=now))


class ClaimView(APIView):
    """Taking a review."""

    @extend_schema(operation_id="claimReview", tags=TAG, summary="Claim a review", request=OpenApiTypes.NONE, responses=ClaimSerializer)
    def post(self, request: Request, review_id: str) -> Response:
        """For 30 minutes, renewed by every heartbeat and draft. Claiming what one holds gives the same claim. At most three at a time."""
        actor = actor_of(request)
        with refusals():
            held = services.claim_review(actor=actor, item=find_review(actor, review_id), now=now_of(request))
        return Response(ClaimSerializer(held).data)


class HeartbeatView(APIView):
    """Keeping a review."""

    @extend_schema(operation_id="keepReview", tags=TAG, summary="Renew a claim", request=FenceInput, responses=ClaimSerializer)
    def post(self, request: Request, review_id: str) -> Response:
        """For another 30 minutes, at most eight hours in all."""
        actor, item, values = _under_a_claim(request, review_id, FenceInput)
        with refusals():
            held = services.renew_claim(actor=actor, item=item, fence=values["fence"], now=now_of(request))
        return Response(ClaimSerializer(held).data)


class ReleaseView(APIView):
    """Giving a review back."""

    @extend_schema(operation_id="releaseReview", tags=TAG, summary="Release a claim", request=FenceInput, responses={204: None})
    def post(self, request: Request, review_id: str) -> Response:
        """Its drafts stay for whoever claims it next."""
        actor, item, values = _under_a_claim(request, review_id, FenceInput)
        with refusals():
            services.release_claim(actor=actor, item=item, fence=values["fence"], now=now_of(request))
        return Response(status=204)


class DraftView(APIView):
    """What was typed so far."""

    @extend_schema(operation_id="saveDraft", tags=TAG, summary="Save drafts", request=DraftInput, responses=DraftedSerializer)
    def put(self, request: Request, review_id: str) -> Response:
        """Texts that are not named stay as they are. Under a claim that is over, the 409 says which texts were kept all the same."""
        actor, item, values = _under_a_claim(request, review_id, DraftInput)
        content = load_content(item)
        texts = _by_number(content, values["texts"])
        with refusals(item):
            held = services.save_drafts(actor=actor, item=item, fence=values["fence"], texts=texts, now=now_of(request))
        return Response(DraftedSerializer(_drafted(content, held, texts)).data)


class SubmitView(APIView):
    """Deciding."""

    @extend_schema(operation_id="submitReview", tags=TAG, summary="Approve or edit", request=SubmitInput, responses=DecisionSerializer)
    def post(self, request: Request, review_id: str) -> Response:
        """Refused with every fault at once. An error of the checks blocks unless it is acknowledged as a false alarm, with a reason; a warning blocks
        until it is acknowledged."""
        actor, item, values = _under_a_claim(request, review_id, SubmitInput)
        given: dict[str, Any] = {"actor": actor, "item": item, "now": now_of(request), "fence": values["fence"]}
        with refusals(item):
            if values["decision"] == Decision.Kind.APPROVE:
                decision = approve_review(**given, acknowledged=values["acknowledged"])
            else:
                decision = edit_review(**given, data=values["data"], acknowledged=values["acknowledged"])
        return Response(DecisionSerializer(decision).data)


class WithdrawView(APIView):
    """Taking a review from who holds it."""

    @extend_schema(operation_id="withdrawReview", tags=TAG, summary="End another's claim", request=WithdrawInput, responses=ReviewItemSerializer)
    def post(self, request: Request, review_id: str) -> Response:
        """Needs `org:manage_reviews`. What was typed stays as drafts."""
        given, values = _as_manager(request, review_id, WithdrawInput)
        with refusals():
            managing.withdraw_claim(**given, reason=values["reason"], fence=values.get("fence"))
        return _managed(request, review_id)


class ExtendView(APIView):
    """Giving reviewers more time."""

    @extend_schema(operation_id="extendReview", tags=TAG, summary="Extend the deadline", request=ExtendInput, responses=ReviewItemSerializer)
    def post(self, request: Request, review_id: str) -> Response:
        """Needs `org:manage_reviews`. Only later, and within 720 hours of the review's creation."""
        given, values = _as_manager(request, review_id, ExtendInput)
        with refusals():
            managing.extend_deadline(**given, reason=values["reason"], due_at=values["dueAt"])
        return _managed(request, review_id)


class ShipView(APIView):
    """Not waiting any longer."""

    @extend_schema(operation_id="shipReview", tags=TAG, summary="Ship the AI version now", request=ReasonInput, responses=ReviewItemSerializer)
    def post(self, request: Request, review_id: str) -> Response:
        """Needs `org:manage_reviews`."""
        given, values = _as_manager(request, review_id, ReasonInput)
        with refusals():
            managing.ship_now(**given, reason=values["reason"])
        return _managed(request, review_id)


def _page(actor: Actor, query: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One page. A cursor is the place of the last item shown: what is decided or added meanwhile shifts nothing."""
    state, locale, engine_id, limit = query["state"], query.get("locale"), query.get("engineId"), query["limit"]
    scope = f"reviews:{actor.organization.pk}:{state}:{locale}:{engine_id}"
    items = queue(ReviewItem.objects.visible_to(actor), state=state, locale=locale, engine_id=engine_id, now=now)
    if "cursor" in query:
        items = after(items, _read_place(decode_cursor(query["cursor"], scope=scope)), state=state)
    found = list(items[: limit + 1])
    cursor = encode_cursor(str(Place.of(found[limit - 1], state=state)), scope=scope) if len(found) > limit else None
    return {"items": found[:limit], "nextCursor": cursor}


def _read_place(key: str) -> Place:
    try:
        return Place.read(key)
    except ValueError as exc:
        raise MalformedCursor from exc


def _under_a_claim(request: Request, review_id: str, body: type[FenceInput]) -> tuple[Actor, ReviewItem, dict[str, Any]]:
    """The actor, the item and the body. A stranger's 404 comes before a 400."""
    actor = actor_of(request)
    item = find_review(actor, review_id)
    values = body(data=request.data)
    values.is_valid(raise_exception=True)
    return actor, item, values.validated_data


def _as_manager(request: Request, review_id: str, body: type[ReasonInput]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What every use case of managers is given, and the body."""
    actor = actor_of(request)
    require(actor, MANAGE_REVIEWS)
    item = find_managed(actor, review_id)
    values = body(data=request.data)
    values.is_valid(raise_exception=True)
    return {"actor": actor, "item": item, "author": author_of(request, actor), "now": now_of(request)}, values.validated_data


def _managed(request: Request, review_id: str) -> Response:
    """The item as it is after the act."""
    return Response(ReviewItemSerializer(find_managed(actor_of(request), review_id), context={"now": now_of(request)}).data)


def _by_number(content: Content, texts: dict[str, str | None]) -> dict[int, str | None]:
    """Drafts by number of text. Raises BadRequest for a path that names no text, or several (keys may have dots in them)."""
    problems = []
    found: dict[int, str | None] = {}
    for path, text in texts.items():
        numbers = content.numbers.get(path, [])
        if len(numbers) == 1:
            found[numbers[0]] = text
        else:
            problems.append(Problem(f"texts.{path}", "Several texts have this path." if numbers else "No text of this review has this path."))
    if problems:
        raise BadRequest(problems[:100])
    return found


def _drafted(content: Content, held: Held, texts: dict[int, str | None]) -> dict[str, Any]:
    shown = [
        {
            "number": number,
            "path": content.paths[number],
            "draft": text,
            "findings": content.find_faults(number, content.translations[number] if text is None else text),
        }
        for number, text in sorted(texts.items())
    ]
    return {"fence": held.fence, "lease_until": held.lease_until, "texts": shown}
