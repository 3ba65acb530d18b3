from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0002_reviewer_settings'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='edit_distance',
            field=models.FloatField(null=True),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('read_at', None)), fields=['user', 'organization'], name='notifications_unread'),
        ),
    ]
