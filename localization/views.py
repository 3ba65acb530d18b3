"""The asynchronous API: one view per path (contract §2, §10)."""

from typing import Any, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.api_errors import BadRequest, Conflict, NotFound
from foundation.cursors import decode_cursor, encode_cursor
from foundation.customer_json import JSONValue, Problem
from foundation.ids import is_id
from localization import services
from localization.errors import GroupFinished, IdempotencyKeyReused
from localization.models import Job, JobGroup
from localization.queries import newest_jobs, with_jobs, with_steps
from localization.requests import JobListQuery, SubmissionSerializer, read_submission
from localization.serializers import CreatedGroupSerializer, GroupSerializer, JobPageSerializer, JobSerializer, TicketSerializer
from localization.transitions import cancel_group
from organizations.access import Actor
from organizations.authentication import actor_of, now_of

TAG = ["Localization jobs"]


class JobsView(APIView):
    """Submit a payload for localization, or list the jobs there are."""

    @extend_schema(
        operation_id="createLocalization",
        tags=TAG,
        summary="Submit content for localization",
        request=SubmissionSerializer,
        responses={202: CreatedGroupSerializer},
    )
    def post(self, request: Request) -> Response:
        actor, body = actor_of(request), cast(dict[str, JSONValue], request.data)  # what StrictJSONParser gives
        digest = services.digest_of(body)
        try:
            key = body.get("idempotencyKey")
            group = services.find_repeat(actor, key if isinstance(key, str) else None, digest)
            group = group or services.submit_group(actor, read_submission(actor, body, digest=digest), now=now_of(request))
        except IdempotencyKeyReused as exc:
            problem = Problem("idempotencyKey", "This key was used with another body.")
            raise BadRequest([problem], code="idempotency_key_reused") from exc
        return Response(CreatedGroupSerializer(group).data, status=202)

    @extend_schema(operation_id="listJobs", tags=TAG, summary="List jobs, newest first", parameters=[JobListQuery], responses=JobPageSerializer)
    def get(self, request: Request) -> Response:
        query = JobListQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return Response(JobPageSerializer(_page(actor_of(request), query.validated_data)).data)


def _page(actor: Actor, query: dict[str, Any]) -> dict[str, Any]:
    """One page of jobs, newest first. A cursor is the last id shown: rows inserted meanwhile are newer and shift nothing."""
    status, engine_id, limit = query.get("status"), query.get("engineId"), query["limit"]
    scope = f"jobs:{actor.organization.id}:{status}:{engine_id}"
    before = decode_cursor(query["cursor"], scope=scope) if "cursor" in query else None
    jobs = Job.objects.visible_to(actor).filter(newest_jobs(status=status, engine_id=engine_id, before=before)).order_by("-id")
    found = list(jobs[: limit + 1])
    cursor = encode_cursor(found[limit - 1].id, scope=scope) if len(found) > limit else None
    return {"items": found[:limit], "nextCursor": cursor}


class JobView(APIView):
    """One job with its steps."""

    @extend_schema(operation_id="getJob", tags=TAG, summary="Get a job with its steps and result", responses=JobSerializer)
    def get(self, request: Request, job_id: str) -> Response:
        jobs = with_steps(Job.objects.visible_to(actor_of(request)))
        job = jobs.filter(pk=job_id).first() if is_id(job_id, "ljb") else None
        if job is None:
            raise NotFound("job", job_id)
        return Response(JobSerializer(job).data)


def _group(request: Request, group_id: str) -> JobGroup:
    groups = with_jobs(JobGroup.objects.visible_to(actor_of(request)))
    group = groups.filter(pk=group_id).first() if is_id(group_id, "ljg") else None
    if group is None:
        raise NotFound("jobGroup", group_id)
    return group


class GroupView(APIView):
    """A group with its jobs."""

    @extend_schema(operation_id="getGroup", tags=TAG, summary="Get a group with its jobs", responses=GroupSerializer)
    def get(self, request: Request, group_id: str) -> Response:
        return Response(GroupSerializer(_group(request, group_id)).data)


class CancelView(APIView):
    """Ends what has not started; what runs is not cut off."""

    @extend_schema(operation_id="cancelGroup", tags=TAG, summary="Cancel what has not started", request=OpenApiTypes.NONE, responses=GroupSerializer)
    def post(self, request: Request, group_id: str) -> Response:
        try:
            cancel_group(_group(request, group_id), now=now_of(request))
        except GroupFinished as exc:
            raise Conflict("The group is finished.", code="group_finished") from exc
        return Response(GroupSerializer(_group(request, group_id)).data)


class TicketView(APIView):
    """A single-use ticket for a browser to open the group's stream with."""

    @extend_schema(
        operation_id="createStreamTicket",
        tags=TAG,
        summary="Get a ticket for the group's stream",
        request=OpenApiTypes.NONE,
        parameters=[OpenApiParameter("group_id", str, OpenApiParameter.PATH)],
        responses={201: TicketSerializer},
    )
    def post(self, request: Request, group_id: str) -> Response:
        ticket = services.issue_ticket(actor_of(request), _group(request, group_id), now=now_of(request))
        return Response(TicketSerializer(ticket).data, status=201)
