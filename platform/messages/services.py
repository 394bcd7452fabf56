"""Mail goes out after commit, from its row: a worker takes hold of it, sends, and writes down that it did.

Two workers at once: the hold is one UPDATE, so one of them sends. A worker that dies after sending and before writing it down
leaves a hold that runs out, and the mail goes again under the same Message-ID.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.utils import translation

from config import clock
from events.waking import wake_after_commit
from messages.models import Mail
from tenants.people.mailing import Letter

logger = logging.getLogger(__name__)

HOLD = timedelta(minutes=3)  # longer than a mail server may take
TIMEOUT_S = 30
FIRST_PAUSE = timedelta(minutes=1)  # doubled with each attempt
MOST_ATTEMPTS = 12  # about three days
PAGE = 200


def keep_letter(letter: Letter) -> Mail | None:
    """Keep a mail with the work of the caller's transaction, and wake a worker when it commits.

    Returns its row, or None when its key was kept before.
    """
    now = clock.now()
    mail = Mail(
        key=letter.key or None,
        to=letter.to,
        subject=" ".join(letter.subject.split())[:250],
        body_text=letter.text,
        body_html=letter.html,
        language=letter.language or translation.get_language() or settings.LANGUAGE_CODE,
        holds_secret=letter.holds_secret,
        created_at=now,
        next_try_at=now,
    )
    if letter.key:
        Mail.objects.bulk_create([mail], ignore_conflicts=True)
        if not Mail.objects.filter(pk=mail.pk).exists():
            return None
    else:
        mail.save(force_insert=True)
    wake(mail.pk)
    return mail


def wake(mail_id: UUID) -> None:
    """Wake a worker after the commit; what nobody woke for, the sweep sends."""
    from messages.tasks import send_mail

    wake_after_commit(send_mail, str(mail_id))


def send_kept(*, mail_id: UUID, now: datetime) -> bool:
    """Send one mail if it is its turn and nobody else holds it; whether it went out just now."""
    mail = take_hold(mail_id=mail_id, now=now)
    if mail is None:
        return False
    try:
        dispatch_mail(mail)
    except Exception as error:  # noqa: BLE001  # whatever a mail server does: the mail stays and its turn comes again
        put_off(mail, error, now=now)
        return False
    note_sent(mail, now=now)
    return True


def take_hold(*, mail_id: UUID, now: datetime) -> Mail | None:
    """Make the mail this sender's for some minutes; None when it is sent, given up, not due, or another's."""
    due = Mail.objects.filter(pk=mail_id, next_try_at__lte=now)
    if not due.update(next_try_at=now + HOLD, attempts=F("attempts") + 1):
        return None
    return Mail.objects.get(pk=mail_id)


def dispatch_mail(mail: Mail) -> None:
    """Hand the mail to the mail server; raises what that raises."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body_text,
        to=[mail.to],
        headers={"Message-ID": f"<{mail.pk}@{settings.BASE_DOMAIN}>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=TIMEOUT_S) if settings.EMAIL_URL.startswith("smtp") else get_connection(),
    )
    if mail.body_html:
        message.attach_alternative(mail.body_html, "text/html")
    message.send()


def note_sent(mail: Mail, *, now: datetime) -> None:
    """Write down that it went; the text of one that opens something is forgotten."""
    values: dict[str, object] = {"sent_at": now, "next_try_at": None, "last_error": ""}
    if mail.holds_secret:
        values |= {"body_text": "", "body_html": ""}
    Mail.objects.filter(pk=mail.pk).update(**values)


def put_off(mail: Mail, error: Exception, *, now: datetime) -> None:
    """Let its turn come again, later each time; after the last attempt it is given up, and logged as lost."""
    is_last = mail.attempts >= MOST_ATTEMPTS
    pause = FIRST_PAUSE * 2 ** (mail.attempts - 1)
    Mail.objects.filter(pk=mail.pk, sent_at__isnull=True).update(
        next_try_at=None if is_last else now + pause,
        last_error=f"{type(error).__name__}: {error}"[:500],
    )
    logger.log(
        logging.ERROR if is_last else logging.WARNING, "Mail %s failed (attempt %s): %s", mail.pk, mail.attempts, error
    )


def send_due(*, now: datetime) -> int:
    """Send what nobody woke a worker for and whose turn has come; returns how many went out."""
    keys = Mail.objects.filter(next_try_at__lte=now).order_by("next_try_at").values_list("pk", flat=True)[:PAGE]
    return sum(send_kept(mail_id=key, now=now) for key in list(keys))
