// What every page loads: each module finds the controls it improves and leaves the page alone otherwise.
import { watchWordCounts } from "./parts/count.js";
import { watchDeadlines } from "./parts/deadline.js";
import { sendOnce } from "./parts/once.js";
import { preparePrint } from "./parts/print.js";
import { watchSums } from "./parts/sum.js";
import { watchDates } from "./parts/weekday.js";
import { addYourTime } from "./parts/zone.js";

watchWordCounts(document);
watchDeadlines(document);
sendOnce(document);
preparePrint(document);
watchDates(document);
watchSums(document);
addYourTime(document);
