from django.db import migrations

from organizations import audit_trigger


class Migration(migrations.Migration):
    """The audit log refuses UPDATE and DELETE."""

    dependencies = [("organizations", "0001_initial")]
    operations = [migrations.RunPython(audit_trigger.install, audit_trigger.remove)]
