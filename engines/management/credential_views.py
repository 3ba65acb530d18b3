"""Provider credentials over REST: every call needs `org:manage_settings`. A key goes in and never comes out."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.management.credential_services import PROVIDERS, delete_credential, find_credential, refuse_unknown_provider, set_credential
from engines.management.requests import CredentialInput
from engines.management.serializers import CredentialList, CredentialOutput
from engines.models import ProviderCredential
from organizations.access import Actor
from organizations.audit import author_of
from organizations.authentication import actor_of, now_of
from organizations.permissions import MANAGE_SETTINGS, require

TAG = ["Provider credentials"]
PROVIDER = OpenApiParameter("provider", str, OpenApiParameter.PATH, enum=PROVIDERS)


class CredentialsView(APIView):
    """The organization's own access to model providers."""

    @extend_schema(operation_id="listProviderCredentials", tags=TAG, summary="List provider credentials", responses=CredentialList)
    def get(self, request: Request) -> Response:
        rows = ProviderCredential.objects.filter(organization=_manager(request).organization).defer("key").order_by("provider")
        return Response(CredentialList({"items": rows}).data)


class CredentialView(APIView):
    """The credential for one provider."""

    @extend_schema(
        operation_id="getProviderCredential", tags=TAG, summary="Get a provider credential", parameters=[PROVIDER], responses=CredentialOutput
    )
    def get(self, request: Request, provider: str) -> Response:
        """Without its key."""
        return Response(CredentialOutput(find_credential(_manager(request), provider)).data)

    @extend_schema(
        operation_id="setProviderCredential",
        tags=TAG,
        summary="Set a provider credential",
        parameters=[PROVIDER],
        request=CredentialInput,
        responses={200: CredentialOutput, 201: CredentialOutput},
    )
    def put(self, request: Request, provider: str) -> Response:
        """In place of the one there was; it goes before the operator's account."""
        actor = _manager(request)
        refuse_unknown_provider(provider)
        body = CredentialInput(data=request.data)
        body.is_valid(raise_exception=True)
        credential, is_new = set_credential(
            actor=actor, provider=provider, **body.validated_data, author=author_of(request, actor), now=now_of(request)
        )
        return Response(CredentialOutput(credential).data, status=201 if is_new else 200)

    @extend_schema(
        operation_id="deleteProviderCredential", tags=TAG, summary="Remove a provider credential", parameters=[PROVIDER], responses={204: None}
    )
    def delete(self, request: Request, provider: str) -> Response:
        actor = _manager(request)
        delete_credential(actor=actor, provider=provider, author=author_of(request, actor), now=now_of(request))
        return Response(status=204)


def _manager(request: Request) -> Actor:
    actor = actor_of(request)
    require(actor, MANAGE_SETTINGS)
    return actor
