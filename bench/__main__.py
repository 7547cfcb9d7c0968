"""`make bench` runs every job, `make bench JOB=submit` one; one JSON line each, kept for docs/performance.md."""

import sys

from bench.jobs import JOBS
from bench.measuring import results
from bench.table import PAGE, machine, page


def main(names: list[str]) -> None:
    """Run the named jobs, or all of them."""
    unknown = set(names) - set(JOBS)
    if unknown:
        sys.exit(f"There is no job {', '.join(sorted(unknown))}. There are: {', '.join(JOBS)}.")
    for name in names or list(JOBS):
        JOBS[name]()
    PAGE.write_text(page(results(), machine()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
