"""What the codes of a register's row say, in English; they are translated when they are shown."""

from typing import Final

from django.utils.translation import gettext_noop

LABELS: Final[dict[str, str]] = {
    "odometer_km": gettext_noop("Odometer, km"),
    "odometer_on": gettext_noop("Odometer read on"),
    "inspection_expires_on": gettext_noop("Inspection until"),
    "compulsory_expires_on": gettext_noop("Compulsory insurance until"),
    "commercial_expires_on": gettext_noop("Commercial insurance until"),
    "is_active": gettext_noop("In use"),
    "reference": gettext_noop("Driver number"),
    "name": gettext_noop("Name"),
    "licence_class": gettext_noop("Licence class"),
    "licence_tail": gettext_noop("End of the licence number"),
    "licence_expires_on": gettext_noop("Licence until"),
    "code": gettext_noop("Code"),
}

HELP: Final[dict[str, str]] = {
    "vin": gettext_noop("17 characters, from the vehicle licence (行驶证); the vehicle is known by it."),
    "plate": gettext_noop("Without a dot. A new plate is kept beside the old ones."),
    "plate_type": gettext_noop("Found from the plate when it is empty."),
    "model": gettext_noop("Make and model, as in our list of models if it is there."),
    "vehicle_class": gettext_noop("Found from the model when it is empty."),
    "transmission": gettext_noop("Found from the model when it is empty."),
    "odometer_km": gettext_noop("Whole kilometres; it never runs back."),
    "odometer_on": gettext_noop("The day on which it was read; today when it is empty."),
    "inspection_expires_on": gettext_noop("The last day on which the annual inspection is valid, such as 2027-03-31."),
    "compulsory_expires_on": gettext_noop("The last day of the compulsory insurance (交强险)."),
    "commercial_expires_on": gettext_noop("The last day of the commercial insurance (商业险)."),
    "site_code": gettext_noop("The code of one of your sites."),
    "cost_center": gettext_noop("The name or code of one of your cost centres."),
    "is_active": gettext_noop("yes or no; yes for a new one when it is empty."),
    "reference": gettext_noop("Your own number for the driver; without it the phone tells drivers apart."),
    "name": gettext_noop("As people call it."),
    "phone": gettext_noop("A mobile number of 11 digits, or a landline with its area code."),
    "licence_class": gettext_noop("Such as C1, B2 or A2."),
    "licence_tail": gettext_noop("The last four characters; of a whole number no more is kept."),
    "licence_expires_on": gettext_noop("The last day on which the licence is valid."),
    "code": gettext_noop("What your files call it; it is known by it."),
    "address": gettext_noop("The full address."),
    "lat": gettext_noop("Decimal degrees, such as 31.2304."),
    "lng": gettext_noop("Decimal degrees, such as 121.4737."),
    "coord_system": gettext_noop("wgs84 when it is empty; gcj02 for coordinates from a Chinese map."),
    "contact": gettext_noop("Whom to ask there."),
}

ERRORS: Final[dict[str, tuple[str, str]]] = {
    "day_format": (
        gettext_noop("%(label)s is not a day."),
        gettext_noop("Write it as 2026-11-24."),
    ),
    "kilometres_format": (
        gettext_noop("%(label)s is not a whole number of kilometres."),
        gettext_noop("Write digits alone, such as 48200."),
    ),
    "kilometres_range": (
        gettext_noop("No odometer shows more than %(limit)s km."),
        gettext_noop("Look at the reading again; write kilometres, not metres."),
    ),
    "odometer_back": (
        gettext_noop("The odometer would run back: %(km)s km were read on %(day)s."),
        gettext_noop("Correct the reading or its day."),
    ),
    "odometer_ahead": (
        gettext_noop("Only %(km)s km were read later, on %(day)s."),
        gettext_noop("Correct the reading or its day."),
    ),
    "day_in_future": (
        gettext_noop("%(label)s lies in the future."),
        gettext_noop("Give the day on which it was read."),
    ),
    "odometer_without_km": (
        gettext_noop("There is a day, but no reading."),
        gettext_noop("Give the kilometres that were read, or leave the day empty."),
    ),
    "unknown_licence": (
        gettext_noop("There is no such class of driving licence."),
        gettext_noop("Use one of: %(choices)s."),
    ),
    "licence_tail_format": (
        gettext_noop("This is not the end of a licence number."),
        gettext_noop("Give its last four characters: digits, or an X at the end."),
    ),
    "use_format": (
        gettext_noop("%(label)s is neither yes nor no."),
        gettext_noop("Write yes or no, or leave it empty."),
    ),
    "site_not_found": (
        gettext_noop("The site is not among your sites in use."),
        gettext_noop("Correct the code, or add the site first."),
    ),
    "cost_center_not_found": (
        gettext_noop("The cost centre is not among yours in use."),
        gettext_noop("Correct its name or code, or add the cost centre first."),
    ),
    "key_twice_in_file": (
        gettext_noop("%(label)s stands on line %(line)s already."),
        gettext_noop("Keep one row of the two."),
    ),
    "taken": (
        gettext_noop("%(label)s belongs to another entry (%(other)s)."),
        gettext_noop("Correct it here, or change the other entry first."),
    ),
    "exists_already": (
        gettext_noop("There is an entry with this %(label)s already."),
        gettext_noop("Change that one instead, or give another."),
    ),
    "changed_meanwhile": (
        gettext_noop("Somebody changed this entry after the file was checked."),
        gettext_noop("Look at it, and send the row again if it still holds."),
    ),
}

WARNINGS: Final[dict[str, tuple[str, str]]] = {
    "plate_on_another_vehicle": (
        gettext_noop("Another vehicle of yours carries this plate (%(vin)s)."),
        gettext_noop("Look which of the two is right; give the other its new plate, or take it out of use."),
    ),
    "already_expired": (
        gettext_noop("%(label)s is over already."),
        gettext_noop("See that the day is right."),
    ),
}
