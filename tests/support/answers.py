"""What a founder of the stories types into the sections of the sample RFP."""

WORDS = "We count near misses at ten crossings and show the crew where to act first."


def answers_to(section: str) -> dict[str, str]:
    """An answer to each question of a section, by the names of the form's fields."""
    if section == "Your product today":
        return {"q1": WORDS, "q2": "https://example.org/demo"}
    if section == "Privacy and access":
        return {"q1": "no", "q2": WORDS}
    if section in ("The problem and your solution", "Impact on residents"):
        return {"q1": WORDS}
    return {"q1": WORDS, "q2": WORDS}
