"""Staffing: topics and patterns as data, requests for leave, alerts of too few agents; what must not overlap cannot."""

import datetime
from typing import Any, ClassVar

import django.contrib.postgres.constraints
import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

import dispatch.models.base

# P17: trained monthly at least, in these (to be confirmed by the operator)
TOPICS = (
    ("courtesy", "Courtesy with customers", "服务礼仪"),
    ("vehicle-basics", "Vehicle basics", "车辆基础知识"),
    ("risk", "Risk and accidents", "风险与事故防范"),
    ("emergencies", "Emergencies", "应急处理"),
)
# as shifts are usually worked (to be confirmed)
PATTERNS = (
    ("early", "Early", "早班", datetime.time(7, 30), datetime.time(17, 30)),
    ("day", "Day", "白班", datetime.time(8), datetime.time(18)),
    ("late", "Late", "晚班", datetime.time(11), datetime.time(21)),
    ("night", "Night", "夜班", datetime.time(20), datetime.time(6)),
)

FUNCTION = """
CREATE FUNCTION public.keep_cover_alert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.area_id, NEW.opened_at, NEW.least, NEW.fit, NEW.unfit)
       IS DISTINCT FROM (OLD.id, OLD.area_id, OLD.opened_at, OLD.least, OLD.fit, OLD.unfit) THEN
        RAISE EXCEPTION 'what an alert was opened for is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'cover_alert_keeps_its_cause';
    END IF;
    IF OLD.closed_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'an alert that has ended is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_cover_alert_stays';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION public.keep_cover_alert() FROM PUBLIC;
"""
TRIGGER = "CREATE TRIGGER dispatch_cover_alert_stays BEFORE UPDATE ON public.dispatch_coveralert FOR EACH ROW EXECUTE FUNCTION public.keep_cover_alert();"


def seed_topics(apps: Any, _schema_editor: Any) -> None:
    """Write the topics and patterns that are not there yet; a topic that was free text becomes one of its own."""
    topic, pattern = apps.get_model("dispatch", "TrainingTopic"), apps.get_model("dispatch", "ShiftPattern")
    topic.objects.bulk_create(topic(code=code, name_en=en, name_zh=zh) for code, en, zh in TOPICS)
    pattern.objects.bulk_create(
        pattern(code=code, name_en=en, name_zh=zh, starts=starts, ends=ends) for code, en, zh, starts, ends in PATTERNS
    )
    training = apps.get_model("dispatch", "Training")
    texts = training.objects.order_by("topic_text").values_list("topic_text", flat=True).distinct()
    for number, text in enumerate(list(texts), start=1):
        row = topic.objects.create(code=f"earlier-{number}", name_en=text or "–", name_zh=text or "–", is_active=False)
        training.objects.filter(topic_text=text).update(topic=row)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("dispatch", "0007_clocks_kept_honest"),
        ("people", "0002_key_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="CoverAlert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="since")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="until")),
                ("least", models.PositiveSmallIntegerField(verbose_name="agents at least")),
                ("fit", models.PositiveSmallIntegerField(verbose_name="fit agents")),
                ("fewest", models.PositiveSmallIntegerField(verbose_name="fewest fit agents")),
                ("unfit", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "alert of too few agents",
                "verbose_name_plural": "alerts of too few agents",
            },
        ),
        migrations.CreateModel(
            name="LeaveRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("reason", models.CharField(max_length=120, verbose_name="reason")),
                ("status", models.CharField(default="requested", max_length=10, verbose_name="state")),
                ("status_since", models.DateTimeField()),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="answer")),
                ("decided_by", models.CharField(blank=True, max_length=200, verbose_name="decided by")),
            ],
            options={
                "verbose_name": "leave request",
                "verbose_name_plural": "leave requests",
            },
        ),
        migrations.CreateModel(
            name="ShiftPattern",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                ("name_en", models.CharField(max_length=80, verbose_name="name, English")),
                ("name_zh", models.CharField(max_length=80, verbose_name="name, Chinese")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("starts", models.TimeField(verbose_name="starts")),
                ("ends", models.TimeField(verbose_name="ends")),
            ],
            options={
                "verbose_name": "shift pattern",
                "verbose_name_plural": "shift patterns",
            },
        ),
        migrations.CreateModel(
            name="TrainingTopic",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                ("name_en", models.CharField(max_length=80, verbose_name="name, English")),
                ("name_zh", models.CharField(max_length=80, verbose_name="name, Chinese")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("valid_days", models.PositiveSmallIntegerField(default=31, verbose_name="valid for days")),
            ],
            options={
                "verbose_name": "training topic",
                "verbose_name_plural": "training topics",
            },
        ),
        migrations.RemoveConstraint(
            model_name="shift",
            name="one_shift_at_a_time",
        ),
        migrations.AddField(
            model_name="agent",
            name="home",
            field=models.CharField(blank=True, max_length=160, verbose_name="home place"),
        ),
        migrations.AddField(
            model_name="agent",
            name="invitation",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.invitation",
            ),
        ),
        migrations.AddField(
            model_name="area",
            name="agents_least",
            field=models.PositiveSmallIntegerField(default=2, verbose_name="agents at least"),
        ),
        migrations.AddField(
            model_name="area",
            name="staffed_from",
            field=models.TimeField(default=datetime.time(8, 0), verbose_name="staffed from"),
        ),
        migrations.AddField(
            model_name="area",
            name="staffed_until",
            field=models.TimeField(default=datetime.time(20, 0), verbose_name="staffed until"),
        ),
        migrations.AddField(
            model_name="licencerule",
            name="note",
            field=models.CharField(blank=True, max_length=200, verbose_name="note"),
        ),
        migrations.AddField(
            model_name="training",
            name="struck_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="training",
            name="struck_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(condition=models.Q(("load__gte", 1)), name="agent_can_take_a_leg"),
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(
                condition=models.Q(("lat__gte", -90), ("lat__lte", 90), ("lng__gte", -180), ("lng__lte", 180)),
                name="agent_lives_on_the_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(("lat__gte", -90), ("lat__lte", 90), ("lng__gte", -180), ("lng__lte", 180)),
                name="area_is_on_the_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(condition=models.Q(("radius_m__gt", 0)), name="area_has_a_radius"),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(("agents_least__gte", 1), ("agents_wanted__gte", models.F("agents_least"))),
                name="area_wants_what_it_needs",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(("staffed_until__gt", models.F("staffed_from"))), name="area_is_staffed_by_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="leave_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("agent", "="), (dispatch.models.base.TimeSpan("starts_at", "ends_at"), "&&")],
                name="leaves_of_an_agent_never_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="licencerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", True), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                ),
                name="licence_rule_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="licencerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("licences", []), _negated=True), name="licence_rule_names_a_licence"
            ),
        ),
        migrations.AddConstraint(
            model_name="licencerule",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("vehicle_class", "="),
                    (dispatch.models.base.DateSpan("valid_from", "valid_until", models.Value("[]")), "&&"),
                ],
                name="one_licence_rule_a_class_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("agent", "="), (dispatch.models.base.TimeSpan("starts_at", "ends_at"), "&&")],
                name="shifts_of_an_agent_never_overlap",
            ),
        ),
        migrations.AddField(
            model_name="coveralert",
            name="area",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cover_alerts", to="dispatch.area"
            ),
        ),
        migrations.AddField(
            model_name="leaverequest",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="leave_requests", to="dispatch.agent"
            ),
        ),
        migrations.AddField(
            model_name="leaverequest",
            name="leave",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="request", to="dispatch.leave"
            ),
        ),
        migrations.AddConstraint(
            model_name="shiftpattern",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts", models.F("ends")), _negated=True), name="pattern_has_a_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="shiftpattern",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name_en", ""), _negated=True), models.Q(("name_zh", ""), _negated=True)),
                name="pattern_has_its_name_in_both_languages",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingtopic",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_days__gte", 1)), name="training_holds_for_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingtopic",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name_en", ""), _negated=True), models.Q(("name_zh", ""), _negated=True)),
                name="topic_has_its_name_in_both_languages",
            ),
        ),
        migrations.RenameField(model_name="training", old_name="topic", new_name="topic_text"),
        migrations.AddField(
            model_name="training",
            name="topic",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trainings",
                to="dispatch.trainingtopic",
                verbose_name="topic",
            ),
        ),
        migrations.RunPython(seed_topics, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="training",
            name="topic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trainings",
                to="dispatch.trainingtopic",
                verbose_name="topic",
            ),
        ),
        migrations.RemoveField(model_name="training", name="topic_text"),
        migrations.AddConstraint(
            model_name="training",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("taken_on"))), name="training_holds_from_its_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="training",
            constraint=models.UniqueConstraint(
                condition=models.Q(("struck_at__isnull", True)),
                fields=("agent", "topic", "taken_on"),
                name="one_training_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="training",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("struck_at__isnull", True), models.Q(("struck_reason", ""), _negated=True), _connector="OR"
                ),
                name="struck_training_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="coveralert",
            index=models.Index(fields=["-opened_at"], name="cover_alert_by_time"),
        ),
        migrations.AddConstraint(
            model_name="coveralert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)), fields=("area",), name="one_open_cover_alert_an_area"
            ),
        ),
        migrations.AddConstraint(
            model_name="coveralert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                ),
                name="cover_alert_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="coveralert",
            constraint=models.CheckConstraint(
                condition=models.Q(("fit__lt", models.F("least")), ("fewest__lte", models.F("fit"))),
                name="cover_alert_is_about_too_few",
            ),
        ),
        migrations.AddIndex(
            model_name="leaverequest",
            index=models.Index(
                condition=models.Q(("status", "requested")), fields=["starts_at"], name="open_leave_request_by_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="leaverequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["approved", "refused", "requested", "withdrawn"])),
                name="leave_request_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="leaverequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="asked_leave_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="leaverequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="leave_request_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="leaverequest",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status", "requested")),
                expressions=[("agent", "="), (dispatch.models.base.TimeSpan("starts_at", "ends_at"), "&&")],
                name="one_request_for_a_time",
            ),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.keep_cover_alert();"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER dispatch_cover_alert_stays ON public.dispatch_coveralert;"),
    ]
