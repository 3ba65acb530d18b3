"""Chat models through pydantic-ai's direct layer: one call, no retries of its own, every failure one of ours.

The providers beside this module say how to connect (`Connection`); everything else is the same for all. pydantic-ai's `Agent` is not used: it
doubles the processor time of a call, and the checks and repairs of `engines.translation` and `engines.editing` do what it would.

Answers are asked for in the JSON mode that a model's profile has, not by a schema: the schema would name the numbers of each chunk, and providers
compile each new schema before they answer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.request import getproxies

import httpx2
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import ModelAPIError, ModelConnectionError, ModelHTTPError, ModelTimeoutError, UnexpectedModelBehavior, UserError
from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import ModelSettings

from engines.providers.base import EVERY_KIND, Answer, CallFailed, Finish, Refused, Task, Unavailable
from engines.providers.pools import Account, pools
from engines.providers.transport import SpreadTransport

TRACE_HEADER = "X-Client-Request-Id"
CONNECT_SECONDS = 5.0
KEPT_SECONDS = 30.0  # an idle connection
REASONING_TOKENS = 2000  # a model that thinks counts its thoughts into the limit of its output
RETRYABLE_STATUS = frozenset({408, 409, 425, 429})  # and 5xx
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.IGNORECASE)
_FINISH = {"length": Finish.CUT, "content_filter": Finish.REFUSED}


@dataclass(slots=True)
class PreparedModel:
    """A model and what each call to it is told."""

    model: Model
    parameters: ModelRequestParameters
    settings: ModelSettings
    reserve: int  # tokens on top of what the answer needs

    @classmethod
    def of(cls, model: Model, *, allows_temperature: bool) -> "PreparedModel":
        profile: ModelProfile = model.profile
        thinks = bool(profile.get("supports_thinking"))
        settings = ModelSettings(thinking=False)
        if allows_temperature:
            settings["temperature"] = 0.0
        return cls(
            model=model,
            parameters=ModelRequestParameters(output_mode="prompted" if profile.get("supports_json_object_output") else "text"),
            settings=settings,
            reserve=REASONING_TOKENS if thinks else 0,
        )


@dataclass(slots=True)
class Connection:
    """One credential's connection pool on the model loop, and the models used over it."""

    http_client: httpx2.AsyncClient
    prepare: Callable[[str], PreparedModel]
    models: dict[str, PreparedModel] = field(default_factory=dict)

    def model(self, name: str) -> PreparedModel:
        if name not in self.models:
            self.models[name] = self.prepare(name)
        return self.models[name]

    async def aclose(self) -> None:
        await self.http_client.aclose()


def make_http_client() -> httpx2.AsyncClient:
    """For one credential. Each call sets its own timeout; how many run at once is the model loop's to limit."""
    transport = None if getproxies() else SpreadTransport(httpx2.create_ssl_context(), keepalive_expiry=KEPT_SECONDS)
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEPT_SECONDS)
    return httpx2.AsyncClient(transport=transport, limits=limits, timeout=httpx2.Timeout(60, connect=CONNECT_SECONDS))


class ChatProvider:
    """A provider of chat models for one account. `connect` is called on the model loop, when there is no connection of the account."""

    kinds = EVERY_KIND
    learns = True
    excused: frozenset[str] = frozenset()

    def __init__(self, account: Account, connect: Callable[[], Connection]) -> None:
        self.account = account
        self._connect = connect

    async def complete(self, task: Task, *, model: str, timeout: float, trace: str) -> Answer:
        with pools().use(self.account, self._connect) as connection:
            return await self._complete(task, connection.model(model), f"{self.account.provider}:{model}", timeout, trace)

    async def _complete(self, task: Task, prepared: PreparedModel, label: str, timeout: float, trace: str) -> Answer:
        settings = ModelSettings(
            **prepared.settings,
            max_tokens=task.max_output_tokens + prepared.reserve,
            timeout=timeout,
            extra_headers={TRACE_HEADER: trace},
        )
        messages = [ModelRequest(parts=[SystemPromptPart(task.system), UserPromptPart(task.user)])]
        try:
            response = await model_request(prepared.model, messages, model_settings=settings, model_request_parameters=prepared.parameters)
        except ModelAPIError as exc:
            raise explain(label, exc) from exc
        except UserError as exc:
            raise Refused(f"{label} cannot be used as it is configured.") from exc
        except (UnexpectedModelBehavior, IndexError) as exc:  # IndexError: a completion without a choice
            raise Unavailable(f"{label} answered something that is no completion.") from exc
        return read_response(response)


def read_response(response: ModelResponse) -> Answer:
    return Answer(
        content="".join(part.content for part in response.parts if isinstance(part, TextPart)),
        input_tokens=response.usage.input_tokens,
        output_tokens=response.usage.output_tokens,
        cached_tokens=response.usage.cache_read_tokens,
        finish=_FINISH.get(response.finish_reason or "", Finish.DONE),
    )


def explain(label: str, error: ModelAPIError) -> CallFailed:
    """The same as one of ours. Of the provider's own words only its error code is kept: the rest may repeat customer text or a key."""
    if isinstance(error, ModelHTTPError):
        code = error.provider_error_code or error.provider_error_type or ""
        reason = f"{label} answered {error.status_code}{f' ({code})' if _CODE.fullmatch(code) else ''}."
        if error.status_code in RETRYABLE_STATUS or error.status_code >= 500:
            return Unavailable(reason, retry_after=error.retry_after, is_busy=error.status_code == 429)
        return Refused(reason)
    if isinstance(error, ModelTimeoutError):
        return Unavailable(f"{label} did not answer in time.")
    if isinstance(error, ModelConnectionError):
        return Unavailable(f"{label} could not be reached.")
    return Unavailable(f"{label} failed.", retry_after=error.retry_after)
