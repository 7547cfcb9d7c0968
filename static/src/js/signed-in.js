// What every page loads for whoever is signed in: nobody else writes for long. It stands before site.js.
import { keepTyping } from "./parts/autosave.js";
import { watchClosing } from "./parts/closing.js";
import { watchSession } from "./parts/idle.js";
import { tellOffline } from "./parts/offline.js";
import { clearStash } from "./parts/stash.js";

tellOffline(document); // before what takes a press for sent
clearStash(document);
keepTyping(document);
watchSession(document);
watchClosing(document);
