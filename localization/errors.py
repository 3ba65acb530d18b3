"""What can go wrong with a job group, as far as callers treat it differently."""


class LocalizationError(Exception):
    """Root of this app's errors."""


class GroupFinished(LocalizationError):
    """All jobs of the group have ended; there is nothing left to cancel."""

    def __init__(self, group_id: str) -> None:
        super().__init__(group_id)
        self.group_id = group_id


class IdempotencyKeyReused(LocalizationError):
    """The key names a group that was submitted with another body."""

    def __init__(self, group_id: str) -> None:
        super().__init__(group_id)
        self.group_id = group_id
