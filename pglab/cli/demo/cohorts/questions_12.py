"""Questions of cohort 12, which is open: one or more in every state, the oldest waiting for days."""

from pglab.cli.demo import asking
from pglab.cli.demo.story import Calendar, Step

COHORT = 12


def steps(calendar: Calendar) -> list[Step]:
    """Nine days ago to yesterday."""
    return [*answered(calendar), *under_way(calendar), *closed(calendar)]


def answered(calendar: Calendar) -> list[Step]:
    """Six are published; one of them was corrected since, and corrections of two more are under way."""
    on, night, told = calendar.on, calendar.any_day, asking.texts()[str(COHORT)]
    rows = told["published"]
    insurance = rows[-1]
    return [
        on((-9, "09:20"), "Questions about cohort 12 come in", asking.ask_all, COHORT, rows),
        on((-8, "10:00"), "Answers for cohort 12 are written", asking.send_all, COHORT, rows),
        on((-7, "11:05"), "Answers for cohort 12 are published", asking.publish_all, COHORT, rows),
        night((-6, "08:00"), "Applicants of cohort 12 are told of answers", asking.tell, COHORT),
        on(
            (-5, "11:20"), "An answer for cohort 12 is corrected", asking.correct, COHORT, insurance, told["correction"]
        ),
        on((-5, "11:45"), "The correction is published", asking.publish_all, COHORT, [insurance]),
        night((-4, "08:00"), "Applicants of cohort 12 are told of the correction", asking.tell, COHORT),
        on((-2, "11:50"), "A correction is begun", asking.begin_correction, COHORT, rows[4][2]),
        on((-2, "12:00"), "A correction is written", asking.correct, COHORT, rows[3], f"{rows[3][4]} It is 12 pages."),
    ]


def under_way(calendar: Calendar) -> list[Step]:
    """Some wait, some are being written, some are being read; one came back."""
    on, told = calendar.on, asking.texts()[str(COHORT)]
    read, returned, drafted = told["in_review"], told["returned"], told["drafted"]
    first, *others = told["waiting"]
    return [
        on((-5, "09:00"), "A question about cohort 12 begins to wait", asking.ask_all, COHORT, [first]),
        on((-4, "10:30"), "More questions come in", asking.ask_all, COHORT, [*read, returned, drafted]),
        on((-3, "11:30"), "Their answers are written", asking.send_all, COHORT, [*read, returned]),
        on((-3, "12:30"), "One comes back", asking.give_back, COHORT, returned[2], returned[5]),
        on((-2, "13:40"), "One is begun", asking.keep_draft, COHORT, drafted),
        on((-1, "14:00"), "More questions begin to wait", asking.ask_all, COHORT, [*others, told["alike"]]),
        on(
            (-1, "15:45"),
            "Somebody asks and has yet to confirm",
            asking.ask_without_account,
            COHORT,
            *told["unconfirmed"],
        ),
    ]


def closed(calendar: Calendar) -> list[Step]:
    """One was advertising, one had been answered."""
    on, told = calendar.on, asking.texts()[str(COHORT)]
    declined, pointed = told["declined"], told["pointed"]
    return [
        on((-4, "10:40"), "Two more questions come in", asking.ask_all, COHORT, [declined, pointed]),
        on((-3, "11:10"), "Advertising is closed", asking.decline, COHORT, declined[2], declined[3]),
        on((-3, "12:40"), "A question is pointed to its answer", asking.point, COHORT, pointed[2], pointed[3]),
    ]
