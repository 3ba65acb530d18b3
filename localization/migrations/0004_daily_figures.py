import django.db.models.deletion
from django.db import migrations, models

import foundation.ids

STAGES = [
    ('preEdit', 'Pre Edit'),
    ('localize', 'Localize'),
    ('humanEdit', 'Human Edit'),
    ('postEdit', 'Post Edit'),
    ('rephrase', 'Rephrase'),
    ('backTranslation', 'Back Translation'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('localization', '0003_cancelled_groups'),
        ('organizations', '0002_audit_trigger'),
    ]

    operations = [
        migrations.AddField(model_name='step', name='words', field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name='step', name='terms', field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name='step', name='terms_missed', field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name='step', name='is_counted', field=models.BooleanField(default=False)),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(
                condition=models.Q(('completed_at__isnull', False), ('is_counted', False)), fields=['completed_at'], name='step_uncounted'
            ),
        ),
        migrations.CreateModel(
            name='DailyFigures',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('engine_id', foundation.ids.PrefixedIdField(prefix='eng', primary_key=False)),
                ('target_locale', models.CharField(blank=True, default='', max_length=35)),
                ('stage', models.CharField(blank=True, choices=STAGES, default='', max_length=15)),
                ('completed', models.PositiveIntegerField(default=0)),
                ('completed_with_warnings', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('skipped', models.PositiveIntegerField(default=0)),
                ('words', models.PositiveBigIntegerField(default=0)),
                ('priced_words', models.PositiveBigIntegerField(default=0)),
                ('input_tokens', models.PositiveBigIntegerField(default=0)),
                ('output_tokens', models.PositiveBigIntegerField(default=0)),
                ('cost_usd', models.DecimalField(decimal_places=6, default=0, max_digits=14)),
                ('unpriced', models.PositiveIntegerField(default=0)),
                ('terms', models.PositiveIntegerField(default=0)),
                ('terms_missed', models.PositiveIntegerField(default=0)),
                ('waiting', models.JSONField(default=dict)),
                ('processing', models.JSONField(default=dict)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='daily_figures', to='organizations.organization')),
            ],
        ),
        migrations.AddConstraint(
            model_name='dailyfigures',
            constraint=models.UniqueConstraint(
                fields=('organization', 'target_locale', 'day', 'engine_id', 'stage'), name='one_row_of_figures_per_day_engine_locale_and_stage'
            ),
        ),
        migrations.AddIndex(
            model_name='dailyfigures',
            index=models.Index(condition=models.Q(('stage', '')), fields=['organization', 'day'], name='figures_of_jobs'),
        ),
    ]
