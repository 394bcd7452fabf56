"""Does every paper still say what it said? Hashes are computed again from what is stored."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from files.models import StoredFile
from files.services import read_file
from repair.models import ConditionReport, Document, DocumentCopy
from repair.services.collecting import hash_of
from repair.services.issuing import hash_content

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was: `what` is content, report, signed, file or bytes."""

    number: str
    what: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.number}: {self.what}{f' ({self.detail})' if self.detail else ''}"


@dataclass(slots=True)
class Checked:
    """How much was looked at."""

    documents: int = 0
    reports: int = 0
    files: int = 0


def verify_documents(counts: Checked, *, with_files: bool) -> Iterator[Difference]:
    """Every document's content against its hash, every condition report against the hash that both signed and its paper;
    with `with_files` the bytes of every printed copy against its sum, too.
    """
    for report in ConditionReport.objects.order_by("pk").iterator(PAGE):
        counts.reports += 1
        if hash_of(report.content) != report.hash:
            yield Difference(f"condition report {report.pk}", "report", "the content is not what both signed")
    signed = dict(ConditionReport.objects.values_list("hash", "pk"))
    for document in Document.objects.order_by("pk").iterator(PAGE):
        counts.documents += 1
        yield from verify_document(document, signed)
    if with_files:
        for copy in (
            DocumentCopy.objects.exclude(file=None).select_related("document__tenant").order_by("pk").iterator(PAGE)
        ):
            counts.files += 1
            yield from verify_copy(copy)


def verify_document(document: Document, signed: Mapping[str, object]) -> Iterator[Difference]:
    """One paper, and the report that it shows."""
    if hash_content(document.content) != document.sha256:
        yield Difference(document.number, "content", "the content does not give the hash that is printed")
    if document.kind in {Document.Kind.CONDITION_PICKUP, Document.Kind.CONDITION_RETURN}:
        said = document.content.get("report_sha256", "")
        if hash_of(document.content.get("report", {})) != said:
            yield Difference(document.number, "signed", "the report does not give the hash that both signed")
        if said not in signed:
            yield Difference(document.number, "signed", "no condition report has this hash")


def verify_copy(copy: DocumentCopy) -> Iterator[Difference]:
    """The bytes of one copy."""
    assert copy.file_id is not None
    name = f"{copy.document.number} {copy.language}"
    try:
        content = read_file(file_id=copy.file_id, tenant=copy.document.tenant)
    except (FileNotFoundError, StoredFile.DoesNotExist):
        yield Difference(name, "file", "its bytes are gone")
        return
    if hashlib.sha256(content).hexdigest() != copy.sha256:
        yield Difference(name, "bytes", "the file is not what was printed")
