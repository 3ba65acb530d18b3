from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0003_edit_distance'),
    ]

    operations = [
        migrations.AddField(
            model_name='draft',
            name='answers',
            field=models.JSONField(default=list),
        ),
    ]
