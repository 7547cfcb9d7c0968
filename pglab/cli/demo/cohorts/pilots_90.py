"""The three pilots of cohort 90, each at another point: paid and approved; sent back, returned and waiting; late."""

from pglab.cli.demo import piloting
from pglab.cli.demo.cohorts.call_90 import COHORT
from pglab.cli.demo.people import OTHER_CHAMPION
from pglab.cli.demo.piloting import Agreed
from pglab.cli.demo.story import MON, THU, TUE, WED, Calendar, Step

CURBSENSE = Agreed(
    COHORT,
    "curbsense",
    "Close calls at thirty crossings",
    "Mona Abara",
    first_week=-18,
    executed_in=-19,
    vendor=("104417", "Pittsburgh, Smallman St"),
)
COOPERATIVE = Agreed(
    COHORT,
    "cooperative",
    "Heat, block by block",
    OTHER_CHAMPION,
    first_week=-10,
    executed_in=-11,
    vendor=("104432", "Pittsburgh, River Ave"),
)
WANG = Agreed(
    COHORT,
    "wang",
    "Every sidewalk of two neighborhoods",
    "Mona Abara",
    first_week=-16,
    executed_in=-4,
    vendor=("104458", "Pittsburgh, Hatfield St"),
)
SENT_BACK = (
    "The plan names the blocks but not the porches. Please add the list of the 120 addresses, and who is called when a "
    "station fails."
)
RETURNED = "The plan came with two lists of sites. Please confirm with the department which one holds, then ask again."


def steps(calendar: Calendar) -> list[Step]:
    """Thirty-seven weeks ago to last week."""
    found, act = [], calendar.act
    for at, agreed in enumerate((CURBSENSE, COOPERATIVE, WANG)):
        clock, key, w9_on_file_on = f"1{at}:40", agreed.key, calendar.week_day(-24, MON)
        found += [
            act((-37, WED, clock), f"{key} accepts the award", piloting.accept, COHORT, key),
            act((-25, TUE, clock), f"The pilot of {key} starts", piloting.start, calendar, agreed),
            act((-24, TUE, clock), f"{key} gets a vendor number", piloting.enter_vendor, agreed, w9_on_file_on),
            act((-24, WED, clock), f"The vendor number of {key} is confirmed", piloting.confirm_vendor, key),
            act(
                (agreed.executed_in, THU, clock),
                f"The agreement of {key} is executed",
                *(piloting.execute, calendar, agreed),
            ),
        ]
    return [*found, *paid_and_approved(calendar), *returned_and_waiting(calendar), *late(calendar)]


def paid_and_approved(calendar: Calendar) -> list[Step]:
    """CurbSense: the first milestone is paid, the second approved and with the Controller."""
    act, who = calendar.act, CURBSENSE
    return [
        act((-16, THU, "15:10"), who.on("Handed in: milestone 1"), piloting.hand_in, who, 1, "plan"),
        act((-15, MON, "10:30"), who.on("Accepted: milestone 1"), piloting.approve, who, 1),
        *piloting.paying(calendar, who, 1, -15, ("Helen Novak", "Tomas Lin")),
        act((-4, WED, "16:20"), who.on("Handed in: milestone 2"), piloting.hand_in, who, 2, "proof"),
        act((-3, MON, "13:15"), who.on("Accepted: milestone 2"), piloting.approve, who, 2),
        act((-3, TUE, "09:20"), who.on("Requested: payment 2"), piloting.request, who, 2),
        act((-3, THU, "11:40"), who.on("Approved by the program: payment 2"), piloting.sign, who, 2, "Marcus Bell"),
        act((-2, MON, "10:10"), who.on("Approved by finance: payment 2"), piloting.sign, who, 2, "Marisol Vega"),
    ]


def returned_and_waiting(calendar: Calendar) -> list[Step]:
    """The cooperative: sent back once, then accepted; its first request returned, its second waiting for finance."""
    act, who = calendar.act, COOPERATIVE
    return [
        act((-8, THU, "11:30"), who.on("Handed in: milestone 1"), piloting.hand_in, who, 1, "plan"),
        act((-7, MON, "15:45"), who.on("Sent back: milestone 1"), piloting.send_back, who, 1, SENT_BACK),
        act((-5, WED, "10:15"), who.on("Handed in again: milestone 1"), piloting.hand_in, who, 1, "plan 2"),
        act((-4, MON, "09:50"), who.on("Accepted: milestone 1"), piloting.approve, who, 1),
        act((-4, TUE, "09:15"), who.on("Requested: payment 1"), piloting.request, who, 1),
        act(
            (-4, THU, "16:05"),
            who.on("Returned: payment 1"),
            *(piloting.send_payment_back, who, 1, "Helen Novak", RETURNED),
        ),
        act((-2, TUE, "09:25"), who.on("Requested again: payment 1"), piloting.request, who, 1),
        act((-2, THU, "11:35"), who.on("Approved by the program: payment 1"), piloting.sign, who, 1, "Helen Novak"),
    ]


def late(calendar: Calendar) -> list[Step]:
    """王小明 Robotics: the agreement took long: milestone 1 waits for the champion, milestone 2 is late."""
    return [
        calendar.act((-2, TUE, "14:30"), WANG.on("Handed in: milestone 1"), piloting.hand_in, WANG, 1, "plan"),
    ]
