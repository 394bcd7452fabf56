"""What comes in: a file in a form, lines as JSON, or JSON lines."""

from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from api.parsers import LINES, require_single
from fleet.intake.jsonrows import read_json
from fleet.intake.refusals import check_size
from fleet.intake.values import PLATE_FORMS
from fleet.models import BatchPolicy


class OrderLineSerializer(serializers.Serializer[Any]):
    """An order line; its fields are the columns of the file. They are checked by the batch, row by row, not by this request."""

    external_ref = serializers.CharField(max_length=64, help_text="Yours, unique among your live orders.")
    vin = serializers.CharField()
    plate = serializers.CharField(required=False, help_text="Fleets must give it.")
    model = serializers.CharField(required=False)
    service = serializers.CharField(help_text="maintenance, repair, claim, inspection, violation or parts")
    description = serializers.CharField()
    site_code = serializers.CharField(required=False, help_text="One of your sites; else address, lat and lng.")
    address = serializers.CharField(required=False)
    lat = serializers.FloatField(required=False)
    lng = serializers.FloatField(required=False)
    contact = serializers.CharField()
    phone = serializers.CharField()
    window_start = serializers.CharField(help_text="RFC 3339, or local time such as 2026-11-26 13:00.")
    window_end = serializers.CharField()
    return_by = serializers.CharField(required=False)
    cost_center = serializers.CharField(required=False)
    po_number = serializers.CharField(required=False)
    courtesy_car = serializers.BooleanField(required=False)
    key_with = serializers.CharField(required=False)
    notes = serializers.CharField(required=False)
    plate_type = serializers.CharField(
        required=False, help_text=f"One of {', '.join(PLATE_FORMS)}; else told by the plate."
    )
    vehicle_class = serializers.CharField(required=False, help_text="Else that of the vehicle, or of its model.")
    transmission = serializers.CharField(required=False, help_text="automatic or manual")
    return_site_code = serializers.CharField(
        required=False, help_text="Where it goes back to, when that is another site."
    )
    pre_approved_up_to = serializers.FloatField(
        required=False, help_text="Yuan: an estimate up to this amount is approved at once."
    )
    coord_system = serializers.CharField(required=False, help_text="wgs84 (unless you say otherwise) or gcj02")


DRY_RUN = (
    "Only check: everything is said as for a real batch, and nothing can be submitted until the batch is made real."
)


class BatchUploadSerializer(serializers.Serializer[Any]):
    """A file of orders: CSV, XLSX or JSON lines."""

    file = serializers.FileField(allow_empty_file=True)
    policy = serializers.ChoiceField(BatchPolicy.values, required=False, help_text="Empty: as your tenant has it set.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text=DRY_RUN)


class BatchLinesSerializer(serializers.Serializer[Any]):
    """Order lines in the request itself."""

    orders = serializers.ListField(child=serializers.DictField(), allow_empty=True, required=False)
    file = serializers.CharField(
        max_length=40,
        required=False,
        help_text="Instead of `orders`: the id of a file sent before, of purpose `order_batch`.",
    )
    policy = serializers.ChoiceField(BatchPolicy.values, required=False)
    dry_run = serializers.BooleanField(required=False, default=False, help_text=DRY_RUN)
    name = serializers.CharField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raise ValidationError unless there is one of the two."""
        if "orders" not in attrs and "file" not in attrs:
            raise ValidationError({"orders": ValidationError(_("This field is required."), code="required").detail})
        if "orders" in attrs and "file" in attrs:
            raise ValidationError({"file": ValidationError(_("Send either orders or file."), code="either_or").detail})
        return attrs


class BatchLinesShownSerializer(BatchLinesSerializer):
    """Order lines in the request itself."""

    orders = OrderLineSerializer(many=True, required=False)  # type: ignore[assignment]


class SubmitSerializer(serializers.Serializer[Any]):
    """How to submit."""

    policy = serializers.ChoiceField(BatchPolicy.values, required=False, help_text="Overrides the batch's own.")


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=300)


class OptionalReasonSerializer(serializers.Serializer[Any]):
    """Why, if you like."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came in, by whatever way."""

    name: str
    content: bytes
    content_type: str
    policy: str | None
    is_dry_run: bool = False


def read_sent(request: Request) -> Sent:
    """The file of a request; raises ValidationError by field, FileRefused for what cannot be a file of orders."""
    if str(request.content_type).startswith(LINES):
        return read_lines(request)
    if str(request.content_type).startswith("multipart/"):
        return read_upload(request)
    given = BatchLinesSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    content = msgspec.json.encode(given.validated_data["orders"])
    name = given.validated_data.get("name") or "orders.json"
    read_json(name=name, content=content)
    return Sent(name, content, "application/json", given.validated_data.get("policy"), given.validated_data["dry_run"])


def read_named(request: Request) -> tuple[str, str | None, bool] | None:
    """(file, policy, dry run) of a request that names a file sent before; raises ValidationError by field."""
    if not isinstance(request.data, dict) or isinstance(request.data, MultiValueDict) or "file" not in request.data:
        return None
    given = BatchLinesSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data["file"], given.validated_data.get("policy"), given.validated_data["dry_run"]


def read_upload(request: Request) -> Sent:
    """A file of a form."""
    require_single(request.data, "file", "policy")
    given = BatchUploadSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    file = given.validated_data["file"]
    check_size(file.size)
    return Sent(
        file.name,
        file.read(),
        file.content_type or "",
        given.validated_data.get("policy"),
        given.validated_data["dry_run"],
    )


def read_lines(request: Request) -> Sent:
    """JSON lines as the whole body, with `policy` and `dry_run` in the address."""
    policy = request.query_params.get("policy")
    if policy is not None and policy not in BatchPolicy.values:
        raise ValidationError({"policy": _("Use one of: %(choices)s.") % {"choices": ", ".join(BatchPolicy.values)}})
    content: Any = request.data  # the parser of this form leaves the bytes as they came
    check_size(len(content))
    read_json(name="orders.jsonl", content=content)
    return Sent("orders.jsonl", content, LINES, policy, read_dry_run(request))


def read_dry_run(request: Request) -> bool:
    """`dry_run` of the address; raises ValidationError for what is neither true nor false."""
    field = serializers.BooleanField()
    try:
        return bool(field.run_validation(request.query_params.get("dry_run", "false")))
    except ValidationError as error:
        raise ValidationError({"dry_run": error.detail}) from error
