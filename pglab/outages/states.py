"""The parts of the site whose silence is an outage."""

from enum import StrEnum


class Part(StrEnum):
    """What gives signs of life: the web processes; the file store, asked by the watcher; the watcher itself."""

    SITE = "site"
    FILES = "files"
    WATCHER = "watcher"


# The watcher's own silence is no outage: everything can be done while no worker runs, and mail only comes later.
SUMMARIES = {
    Part.SITE: "PGH Lab did not answer.",
    Part.FILES: "Files could not be uploaded or opened. Everything else worked.",
}
