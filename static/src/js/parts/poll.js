// A check of a file that is still under way: asked about every 3 seconds, for 2 minutes. After that the page's own link does it.
const EVERY = 3_000;
const TRIES = 40;

/** What the site says now, or nothing when it cannot be asked. */
async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function show(line, { mark, words }) {
  line.querySelector("[data-words]").textContent = words;
  line.className = `checks__line checks__line--${mark}`;
}

async function watch(line, root) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    await new Promise((done) => { setTimeout(done, EVERY); });
    const told = await ask(line.dataset.check);
    if (told && told.mark !== "waiting") {
      show(line, told);
      // What a failed check changes on the rest of the page is seen by loading it again.
      if (told.mark === "passed") root.querySelector("[data-waiting]")?.remove();
      return;
    }
  }
}

export function watchChecks(root) {
  for (const line of root.querySelectorAll("[data-check]")) watch(line, root);
}
