"""What can go wrong with deliveries, one class per thing that a caller treats differently."""


class WebhookError(Exception):
    """Root of this app's errors."""


class RefusedURL(WebhookError):
    """A URL that nothing may be sent to. `reason` is a sentence for whoever wrote the URL, `error` the class recorded with an attempt."""

    def __init__(self, reason: str, error: str = "url_refused") -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error


class DeliveryError(WebhookError):
    """A call that brought no answer. `error` is one of the classes that `webhooks.http` lists."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class TransitionRefused(WebhookError):
    """A delivery was not in a status from which it may become `wanted`."""

    def __init__(self, delivery_id: str, wanted: str) -> None:
        super().__init__(f"{delivery_id} cannot become {wanted}")
        self.delivery_id = delivery_id
        self.wanted = wanted


class NoDefaultURL(WebhookError):
    """The organization has no default webhook URL, so there is nowhere to send a test event."""

    def __init__(self, organization_id: str) -> None:
        super().__init__(f"{organization_id} has no default webhook URL")
        self.organization_id = organization_id
