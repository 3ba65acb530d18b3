"""Who may use or review which engine: guardian's rows, as direct foreign keys, which cost one join instead of a generic relation."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class EngineUserPermission(UserObjectPermissionBase):
    """A grant to a service user that is limited to chosen engines."""

    content_object = models.ForeignKey("engines.Engine", on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        app_label = "engines"


class EngineGroupPermission(GroupObjectPermissionBase):
    """A grant to a role's group."""

    content_object = models.ForeignKey("engines.Engine", on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        app_label = "engines"
