"""Questions of cohort 90: twenty-five, all answered in time, published in five lots."""

from pglab.cli.demo import asking
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step

COHORT = 90


def steps(calendar: Calendar) -> list[Step]:
    """Forty-six to forty-four weeks ago."""
    act, rows, found = calendar.act, asking.texts()[str(COHORT)], []
    for day in (MON, TUE, WED, THU, FRI):
        lot = rows[day * 5 : day * 5 + 5]
        found += [
            act((-46, day, "15:20"), "Questions about cohort 90 come in", asking.ask_all, COHORT, lot),
            act((-45, day, "10:00"), "Answers for cohort 90 are written", asking.send_all, COHORT, lot),
            act((-45, day, "13:30"), "Answers for cohort 90 are published", asking.publish_all, COHORT, lot),
        ]
    found.append(act((-44, MON, "08:00"), "Applicants of cohort 90 are told of answers", asking.tell, COHORT))
    return found
