"""The program that typesets one private file: data in on its standard input, the file out on its standard output.

Started by `paper.py` alone. Nothing of the product is imported here, nothing is written to a disk or a log, and it ends
with the file.
"""

import resource
import sys

import typst

MEMORY_BYTES = 2 * 1024 * 1024 * 1024  # of addresses; what is used is a small part of it
CPU_SECONDS = 20


def main(template: str) -> None:
    """A file by the rules of PDF/UA-1; tagged without that promise where no font here has one of its letters."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    told = {"told": sys.stdin.buffer.read().decode()}
    try:
        made = typst.compile(template, sys_inputs=told, pdf_standards=["ua-1"])
    except typst.TypstError:
        made = typst.compile(template, sys_inputs=told)
    sys.stdout.buffer.write(bytes(made))


if __name__ == "__main__":
    main(sys.argv[1])
