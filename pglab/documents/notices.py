"""Who is told that a file is withheld from its readers."""

from pglab.documents.models import Document
from pglab.documents.states import ScanVerdict
from pglab.outbox.services import owe


def tell_withheld(document: Document) -> None:
    """Whoever sent the file learns that nobody can read it, and what to do."""
    infected = document.verdict is ScanVerdict.INFECTED
    owe(
        "file_withheld",
        document.uploaded_by,
        subject="A file you uploaded contains a virus" if infected else "A file you uploaded could not be checked",
        template="documents/withheld",
        about=document,
        filename=document.filename,
        infected=infected,
    )
