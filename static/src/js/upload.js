// A chosen file goes straight to the store when its form is sent, with a bar and a Cancel button; the form follows and
// only names the upload. Where the store cannot be reached from here, the form is sent with the file as without scripts.
import { timeToGo } from "./parts/pace.js";
import { Cancelled, Dropped, OtherFile, Parcel, Refused } from "./parts/parcel.js";
import { watchChecks } from "./parts/poll.js";

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const percent = (part, whole) => Math.floor((100 * part) / whole);

function improve(box) {
  const form = box.closest("form");
  const input = form.querySelector("input[type=file]");
  const find = (name) => form.querySelector(`[data-${name}]`);
  const bar = find("bar");
  let parcel = null;
  let named = null;

  const say = (words, bad = false) => {
    find("say").textContent = words;
    find("say").classList.toggle("usa-error-message", bad);
  };

  const show = (file) => {
    box.hidden = false;
    find("name").textContent = file.name;
    bar.setAttribute("aria-label", `Uploading ${file.name}`);
    bar.value = 0;
    say(`Uploading ${file.name}, ${megabytes(file.size)} MB`);
  };

  // What the bar says of the time left was true of a line that is gone.
  let dropped = false;
  const onDrop = () => {
    if (dropped || !parcel || parcel.paused) return;
    dropped = true;
    pace = null;
    find("amount").textContent = find("amount").textContent.split(", ").slice(0, 2).join(", ");
    say("The connection dropped. The upload goes on by itself when it is back.");
  };
  window.addEventListener("offline", onDrop);

  let half = false;
  let pace = null;
  const onProgress = (received, size) => {
    const now = performance.now();
    if (dropped) {
      dropped = false;
      say("Connected again. Uploading.");
    }
    pace ??= { from: received, at: now };
    const toGo = timeToGo({ sent: received - pace.from, seconds: (now - pace.at) / 1000, rest: size - received });
    bar.value = percent(received, size);
    find("amount").textContent = [`${megabytes(received)} of ${megabytes(size)} MB`, `${percent(received, size)}%`, toGo].filter(Boolean).join(", ");
    if (!half && received * 2 >= size && received < size) say("Half of it is uploaded.");
    half = received * 2 >= size;
  };

  /** Send the form, naming the upload instead of carrying the file. */
  const follow = (id) => {
    say("Received. Checking it now.");
    find("cancel").hidden = true;
    find("pause").hidden = true;
    named = Object.assign(document.createElement("input"), { type: "hidden", name: `${input.name}_upload`, value: id });
    form.append(named);
    input.disabled = true;
    form.submit();
  };

  const fail = (fault, file) => {
    box.hidden = true;
    if (fault instanceof Cancelled) {
      say("Upload canceled.");
      input.focus();
    } else if (fault instanceof Dropped && !fault.reached) {
      say("Sending the file another way.");
      form.submit();
    } else if (fault instanceof OtherFile) {
      say(fault.message, true);
      find("other").hidden = false;
      find("over").focus();
    } else if (fault instanceof Refused) {
      say(fault.message, true);
    } else {
      const there = percent(fault.received ?? 0, file.size);
      say(`The file was not uploaded. Check your connection and try again${there ? ` – ${there}% is already here` : ""}.`, true);
    }
  };

  const send = async (file, over) => {
    if (parcel) return;
    show(file);
    find("other").hidden = true;
    pace = null;
    dropped = false;
    parcel = new Parcel(file, {
      uploads: box.dataset.uploads, ticket: box.dataset.ticket, token: form.elements.csrf_token.value, over, onProgress, onDrop,
    });
    paused(false);
    try {
      follow(await parcel.send());
    } catch (fault) {
      fail(fault, file);
    } finally {
      parcel = null;
    }
  };

  form.addEventListener("submit", (event) => {
    const file = input.files[0];
    if (!file) return;
    event.preventDefault();
    send(file, false);
  }, { capture: true });

  const paused = (yes) => {
    find("pause-word").textContent = yes ? "Continue" : "Pause";
    if (yes) say("Upload paused. What has arrived stays.");
    pace = null;
  };

  find("cancel").addEventListener("click", () => parcel?.cancel());
  find("pause").addEventListener("click", () => {
    if (!parcel) return;
    const hold = !parcel.paused;
    if (hold) parcel.pause();
    else parcel.goOn();
    paused(hold);
    if (!hold) say("Uploading again.");
  });
  find("over").addEventListener("click", () => input.files[0] && send(input.files[0], true));
  find("back").addEventListener("click", () => {
    input.value = "";
    find("other").hidden = true;
    say("");
    input.focus();
  });
  input.addEventListener("change", () => { find("other").hidden = true; });

  // Back from the next page: the form stands as it was before.
  window.addEventListener("pageshow", () => {
    named?.remove();
    input.disabled = false;
    box.hidden = true;
    find("cancel").hidden = false;
    find("pause").hidden = false;
  });
  box.dataset.ready = "true";
}

for (const box of document.querySelectorAll("[data-sending]")) improve(box);
watchChecks(document);
