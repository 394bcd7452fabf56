"""What the codes of a row say, in English; they are translated when they are shown.

Each code has a message (what is wrong, or what was noticed) and a fix (what to do about it).
"""

from typing import Final

from django.utils.translation import gettext_noop

from fleet.intake.registers import texts as registers

LABELS: Final[dict[str, str]] = {
    **registers.LABELS,
    "row": gettext_noop("Row"),
    "external_ref": gettext_noop("Order reference"),
    "plate": gettext_noop("Plate"),
    "vin": gettext_noop("VIN"),
    "model": gettext_noop("Model"),
    "service": gettext_noop("Service"),
    "description": gettext_noop("Description"),
    "site_code": gettext_noop("Site"),
    "address": gettext_noop("Address"),
    "lat": gettext_noop("Latitude"),
    "lng": gettext_noop("Longitude"),
    "contact": gettext_noop("Contact"),
    "phone": gettext_noop("Phone"),
    "window_start": gettext_noop("Window start"),
    "window_end": gettext_noop("Window end"),
    "cost_center": gettext_noop("Cost centre"),
    "po_number": gettext_noop("Purchase order"),
    "return_by": gettext_noop("Return by"),
    "courtesy_car": gettext_noop("Courtesy car"),
    "key_with": gettext_noop("Key with"),
    "notes": gettext_noop("Order notes"),
    "plate_type": gettext_noop("Plate type"),
    "vehicle_class": gettext_noop("Vehicle class"),
    "transmission": gettext_noop("Transmission"),
    "return_site_code": gettext_noop("Return site"),
    "pre_approved_up_to": gettext_noop("Pre-approved up to"),
    "coord_system": gettext_noop("Coordinate system"),
}

ERRORS: Final[dict[str, tuple[str, str]]] = {
    "required": (
        gettext_noop("%(label)s is missing."),
        gettext_noop("Fill it in."),
    ),
    "too_long": (
        gettext_noop("%(label)s has %(length)s characters; at most %(limit)s are taken."),
        gettext_noop("Shorten it."),
    ),
    "control_characters": (
        gettext_noop("%(label)s contains characters that cannot be seen and cannot be stored."),
        gettext_noop("Delete the cell and type the text anew."),
    ),
    "too_many_cells": (
        gettext_noop("The row has more cells than the header has columns."),
        gettext_noop("Put a text that contains the delimiter between quotation marks."),
    ),
    "duplicate_in_file": (
        gettext_noop("The reference stands on line %(line)s already."),
        gettext_noop("Give each order a reference of its own."),
    ),
    "vin_length": (
        gettext_noop("The VIN has %(length)s characters; a VIN has 17."),
        gettext_noop("Copy it from the vehicle licence (行驶证)."),
    ),
    "vin_characters": (
        gettext_noop("The VIN contains %(characters)s, which no VIN has."),
        gettext_noop("A VIN has digits and capital letters without I, O and Q: look for 1 and 0."),
    ),
    "vin_check_digit": (
        gettext_noop("The check digit of the VIN (position 9) does not fit: a character is wrong."),
        gettext_noop("Compare it with the vehicle licence (行驶证), character by character."),
    ),
    "plate_format": (
        gettext_noop("The plate has no form that is in use."),
        gettext_noop("Write the province, the letter and five characters (new-energy plates: six), without I and O."),
    ),
    "unknown_plate_type": (
        gettext_noop("The plate type is not known."),
        gettext_noop("Use one of: %(choices)s."),
    ),
    "unknown_service": (
        gettext_noop("The service is not known."),
        gettext_noop("Use one of: %(choices)s."),
    ),
    "unknown_site": (
        gettext_noop("The site is not among your sites."),
        gettext_noop("Correct the code, or leave it empty and give address, latitude and longitude."),
    ),
    "location_missing": (
        gettext_noop("The row names no place, or only a part of one."),
        gettext_noop("Give a site code, or address, latitude and longitude."),
    ),
    "coordinate_format": (
        gettext_noop("%(label)s is not a number in degrees."),
        gettext_noop("Write decimal degrees, such as 31.2304."),
    ),
    "coordinate_range": (
        gettext_noop("%(label)s must lie between -%(limit)s and %(limit)s."),
        gettext_noop("Write decimal degrees, and see that latitude and longitude are not exchanged."),
    ),
    "unknown_coord_system": (
        gettext_noop("The coordinate system is not known."),
        gettext_noop("Use wgs84 or gcj02, or leave it empty for wgs84."),
    ),
    "phone_format": (
        gettext_noop("This is not a telephone number."),
        gettext_noop("Write a mobile number of 11 digits, a landline with its area code, or +country code and number."),
    ),
    "datetime_format": (
        gettext_noop("%(label)s is not a date with a time."),
        gettext_noop("Write it as 2026-11-24 13:00, or with a zone as 2026-11-24T13:00:00+08:00."),
    ),
    "window_reversed": (
        gettext_noop("The window ends before it starts."),
        gettext_noop("Give an end that is later than the start."),
    ),
    "return_before_window": (
        gettext_noop("The vehicle would be due back before it is fetched."),
        gettext_noop("Give a time after the start of the window, or leave it empty."),
    ),
    "boolean_format": (
        gettext_noop("%(label)s is neither yes nor no."),
        gettext_noop("Write yes or no, or leave it empty."),
    ),
    "amount_format": (
        gettext_noop("This is not an amount in yuan."),
        gettext_noop("Write a number with at most two decimals, such as 1500 or 1500.50."),
    ),
    "amount_range": (
        gettext_noop("The amount is larger than any order may have."),
        gettext_noop("Write yuan, not fen; at most %(limit)s yuan."),
    ),
    "unknown_vehicle_class": (
        gettext_noop("The vehicle class is not known."),
        gettext_noop("Use one of: %(choices)s; or leave it empty."),
    ),
    "unknown_transmission": (
        gettext_noop("The transmission is not known."),
        gettext_noop("Use one of: %(choices)s; or leave it empty."),
    ),
    "out_of_scope": (
        gettext_noop("We do not take this work: %(reason)s"),
        gettext_noop("What we can offer: %(alternative)s"),
    ),
    "not_amendable": (
        gettext_noop("The order cannot be changed any more."),
        gettext_noop("Call customer service, or send the change as a new order."),
    ),
}

WARNINGS: Final[dict[str, tuple[str, str]]] = {
    "unknown_cost_center": (
        gettext_noop("The cost centre is not among yours."),
        gettext_noop("The order goes on; add the cost centre or correct the row."),
    ),
    "same_work_twice": (
        gettext_noop("The same work for this vehicle stands on line %(line)s already."),
        gettext_noop("Take one of the two out, unless both are meant."),
    ),
    "plate_on_two_vins": (
        gettext_noop("This plate also belongs to the VIN %(vin)s."),
        gettext_noop("Look which of the two is right; the VIN counts."),
    ),
    "plate_type_differs": (
        gettext_noop("The plate has the form of another plate type (%(form)s)."),
        gettext_noop("Look at the plate again; its form counts."),
    ),
    "courtesy_car_on_violation": (
        gettext_noop("Settling a violation needs no workshop, so there is no courtesy car."),
        gettext_noop("The order goes on without one."),
    ),
    "window_closed": (
        gettext_noop("The window is over. The next one of the same length was taken: %(start)s to %(end)s."),
        gettext_noop("Give another window if this one does not suit you."),
    ),
    "window_far_ahead": (
        gettext_noop("The window starts more than %(days)s days ahead."),
        gettext_noop("See that the year is right."),
    ),
    "vehicle_has_open_order": (
        gettext_noop("The vehicle has an open order."),
        gettext_noop("This order waits until that one ends, unless both share a visit."),
    ),
    "site_location_used": (
        gettext_noop("The row's place differs from that of the site %(site)s; the site's was taken."),
        gettext_noop("Leave the site empty if the vehicle stands elsewhere."),
    ),
    "vehicle_class_unknown": (
        gettext_noop("The class of the vehicle is not known, so no agent can be named yet."),
        gettext_noop("Give vehicle_class and transmission, or the model as we know it."),
    ),
}

SUGGESTIONS: Final[dict[str, tuple[str, str]]] = {
    "courtesy_car_wanted": (
        gettext_noop("The notes ask for a courtesy car."),
        gettext_noop("Reserve one, or ask the tenant."),
    ),
    "return_time_wanted": (
        gettext_noop("The notes ask for the return by %(time)s."),
        gettext_noop("Plan the return leg for it, or agree on another time."),
    ),
    "valuables_inside": (
        gettext_noop("The notes say that valuables are in the vehicle."),
        gettext_noop("Remind the driver to take them out before the hand-over."),
    ),
    "call_first": (
        gettext_noop("The notes ask for a call beforehand."),
        gettext_noop("Tell the agent to call before setting out."),
    ),
    "tow_wanted": (
        gettext_noop("The notes ask for a tow truck."),
        gettext_noop("Plan the pickup as a tow."),
    ),
    "read_notes": (
        gettext_noop("The notes hold a remark: %(text)s"),
        gettext_noop("Read it before you plan the order."),
    ),
}

ROW_TEXTS: Final[dict[str, tuple[str, str]]] = {
    **ERRORS, **WARNINGS, **SUGGESTIONS, **registers.ERRORS, **registers.WARNINGS,
}  # fmt: skip
