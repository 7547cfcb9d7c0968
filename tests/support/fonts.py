"""Whether this machine has a font with Chinese, Japanese and Korean. As a program it fails when there is none."""

import sys

import typst

# As Debian’s package calls them. Others lack Korean.
FAMILIES = {"Noto Sans CJK SC", "Noto Serif CJK SC"}


def has_them() -> bool:
    """Whether the typesetter finds one."""
    return not FAMILIES.isdisjoint(typst.Fonts().families())


if __name__ == "__main__":
    sys.exit(not has_them())
