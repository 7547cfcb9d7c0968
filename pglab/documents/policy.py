"""Which files may be read by whom, and how much one person may send. Pure."""

from pglab.documents.states import ScanVerdict

# Far more than ten files of 25 MB with a few tries each.
FILES_A_DAY = 100
BYTES_A_DAY = 1_000_000_000

CHECKING = "This file is being checked for viruses. Open it when that is done; it usually takes a minute."
INFECTED = "This file contains a virus, so nobody can open it here."
UNCHECKED = "This file could not be checked for viruses, so nobody outside its team can open it."

# The same in few words, for lists and facts.
SCAN_WORDS = {
    None: "being checked",
    ScanVerdict.CLEAN: "passed",
    ScanVerdict.INFECTED: "contains a virus: withheld",
    ScanVerdict.FAILED: "could not be checked: withheld",
    ScanVerdict.NOT_SCANNED: "not scanned – development",
}


def withheld(verdict: ScanVerdict | None, *, scanner_present: bool, own: bool) -> str | None:
    """Why a file may not be handed out; None when it may.

    Readers get a file that the scanner found clean, and nothing else. Without a scanner (development only; production
    does not start) files marked "not scanned" are read by the explicit rule here. The team that sent a file may read
    its own before the check is done; a file with a virus goes to nobody.
    """
    if verdict is ScanVerdict.INFECTED:
        return INFECTED
    if own or verdict is ScanVerdict.CLEAN:
        return None
    if verdict is ScanVerdict.NOT_SCANNED and not scanner_present:
        return None
    return UNCHECKED if verdict is ScanVerdict.FAILED else CHECKING


def quota_problem(files: int, size: int, *, more: int) -> str | None:
    """The sentence for a person who has sent more files or bytes in 24 hours than anybody needs to; None below that."""
    if files >= FILES_A_DAY or size + more > BYTES_A_DAY:
        return "You have uploaded very many files today. Try again tomorrow, or ask the program managers."
    return None
