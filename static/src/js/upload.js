// A chosen file goes straight to the store when its form is sent, with a bar and a Cancel button; the form follows and
// only names the upload. Where the store cannot be reached from here, the form is sent with the file as without scripts.
import { Cancelled, Dropped, Parcel, Refused } from "./parts/parcel.js";

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

  let half = false;
  const onProgress = (received, size) => {
    bar.value = percent(received, size);
    find("amount").textContent = `${megabytes(received)} of ${megabytes(size)} MB, ${percent(received, size)}%`;
    if (!half && received * 2 >= size && received < size) say("Half of it is uploaded.");
    half = received * 2 >= size;
  };

  /** Send the form, naming the upload instead of carrying the file. */
  const follow = (id) => {
    say("Received. Checking it now.");
    find("cancel").hidden = true;
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
    } else if (fault instanceof Refused) {
      say(fault.message, true);
    } else {
      const there = percent(fault.received ?? 0, file.size);
      say(`The file was not uploaded. Check your connection and try again${there ? ` – ${there}% is already here` : ""}.`, true);
    }
  };

  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    if (!file) return;
    event.preventDefault();
    if (parcel) return;
    show(file);
    parcel = new Parcel(file, {
      uploads: box.dataset.uploads, ticket: box.dataset.ticket, token: form.elements.csrf_token.value, onProgress,
    });
    try {
      follow(await parcel.send());
    } catch (fault) {
      fail(fault, file);
    } finally {
      parcel = null;
    }
  }, { capture: true });

  find("cancel").addEventListener("click", () => parcel?.cancel());

  // Back from the next page: the form stands as it was before.
  window.addEventListener("pageshow", () => {
    named?.remove();
    input.disabled = false;
    box.hidden = true;
    find("cancel").hidden = false;
  });
  box.dataset.ready = "true";
}

for (const box of document.querySelectorAll("[data-sending]")) improve(box);
