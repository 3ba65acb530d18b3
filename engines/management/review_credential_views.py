"""Review credentials over REST: every call needs `org:manage_settings`. A private key goes in and never comes out."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.management.review_credential_serializers import ReviewCredentialInput, ReviewCredentialList, ReviewCredentialOutput
from engines.management.review_credential_services import (
    delete_review_credential,
    find_review_credential,
    refuse_unknown_review_provider,
    set_review_credential,
)
from engines.models import ReviewCredential
from engines.review_accounts import BASE_URLS
from organizations.access import Actor
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of
from organizations.permissions import MANAGE_SETTINGS, require

TAG = ["Review credentials"]
PROVIDER = OpenApiParameter("provider", str, OpenApiParameter.PATH, enum=tuple(BASE_URLS))


class ReviewCredentialsView(APIView):
    """The organization's accounts at providers of human review."""

    @extend_schema(operation_id="listReviewCredentials", tags=TAG, summary="List review credentials", responses=ReviewCredentialList)
    def get(self, request: Request) -> Response:
        rows = ReviewCredential.objects.filter(organization=_manager(request).organization).defer("private_key").order_by("provider")
        return Response(ReviewCredentialList({"items": rows}).data)


class ReviewCredentialView(APIView):
    """The account at one provider."""

    @extend_schema(
        operation_id="getReviewCredential", tags=TAG, summary="Get a review credential", parameters=[PROVIDER], responses=ReviewCredentialOutput
    )
    def get(self, request: Request, provider: str) -> Response:
        """Without its private key."""
        return Response(ReviewCredentialOutput(find_review_credential(_manager(request), provider)).data)

    @extend_schema(
        operation_id="setReviewCredential",
        tags=TAG,
        summary="Set a review credential",
        parameters=[PROVIDER],
        request=ReviewCredentialInput,
        responses={200: ReviewCredentialOutput, 201: ReviewCredentialOutput},
    )
    def put(self, request: Request, provider: str) -> Response:
        """In place of the one there was; open orders go on with it."""
        actor = _manager(request)
        refuse_unknown_review_provider(provider)
        body = ReviewCredentialInput(data=request.data)
        body.is_valid(raise_exception=True)
        author = author_of(request, actor)
        credential, is_new = set_review_credential(actor=actor, provider=provider, **body.validated_data, author=author, now=now_of(request))
        return Response(ReviewCredentialOutput(credential).data, status=201 if is_new else 200)

    @extend_schema(
        operation_id="deleteReviewCredential", tags=TAG, summary="Remove a review credential", parameters=[PROVIDER], responses={204: None}
    )
    def delete(self, request: Request, provider: str) -> Response:
        actor = _manager(request)
        delete_review_credential(actor=actor, provider=provider, author=author_of(request, actor), now=now_of(request))
        return Response(status=204)


def _manager(request: Request) -> Actor:
    actor = actor_of(request)
    require(actor, MANAGE_SETTINGS)
    return actor
