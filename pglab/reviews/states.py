"""The stored states of a score sheet, and the answers a conflict declaration may give."""

from enum import StrEnum

from pglab.core.states import Workflow


class ConflictAnswer(StrEnum):
    NONE = "none"
    CONFLICT = "conflict"
    UNSURE = "unsure"


class SheetStatus(StrEnum):
    DRAFT = "draft"
    FINAL = "final"
    SIGNED = "signed"
    VOID = "void"


class SheetEvent(StrEnum):
    FINALIZE = "finalize"
    CHANGE_AGAIN = "change_again"
    SIGN = "sign"
    RECUSE = "recuse"


SHEET_WORKFLOW = Workflow(
    "score sheet",
    {
        (SheetStatus.DRAFT, SheetEvent.FINALIZE): SheetStatus.FINAL,
        (SheetStatus.FINAL, SheetEvent.CHANGE_AGAIN): SheetStatus.DRAFT,
        (SheetStatus.FINAL, SheetEvent.SIGN): SheetStatus.SIGNED,
        (SheetStatus.DRAFT, SheetEvent.RECUSE): SheetStatus.VOID,
        (SheetStatus.FINAL, SheetEvent.RECUSE): SheetStatus.VOID,
        (SheetStatus.SIGNED, SheetEvent.RECUSE): SheetStatus.VOID,
    },
)
