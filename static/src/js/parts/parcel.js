// Sends one file in parts: the site says which part comes next and where it goes, the store takes it. What the store
// has is asked before every part, so going on after a dropped line is the same as going on.
const PAUSES = [500, 1000, 2000, 4000, 8000];
const EDGE = 64 * 1024;

/** Somebody pressed Cancel. */
export class Cancelled extends Error {}

/** A part of another file is there already; the sentence asks whether to forget it. */
export class OtherFile extends Error {}

/** The site refuses the file, in a sentence for the person. */
export class Refused extends Error {}

/** The line is down. `received` of `size` bytes are there; `reached` tells whether the store ever answered. */
export class Dropped extends Error {
  constructor(received, reached) {
    super("dropped");
    Object.assign(this, { received, reached });
  }
}

/** Tells one file from another of the same name and size: a hash of its first and last bytes. */
async function fingerprint(file) {
  if (!globalThis.crypto?.subtle) return "";
  const edges = await new Blob([file.slice(0, EDGE), file.slice(-EDGE)]).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", edges));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Parcel {
  constructor(file, { uploads, ticket, token, over, onProgress, onDrop }) {
    Object.assign(this, { file, uploads, ticket, token, over, onProgress, onDrop, reached: false, received: 0, id: null, paused: null });
    this.stop = new AbortController();
  }

  /** Send all of it; gives the name of the upload. */
  async send() {
    this.begun = this.trying(() => this.begin());
    let state = await this.begun;
    while (state.part) {
      this.shown(state.received);
      state = await this.trying(() => this.sendPart(state));
    }
    this.shown(state.received);
    return this.id;
  }

  /** Announce the file. Never cut off: the site would begin an upload whose name we do not know. */
  async begin() {
    const state = await this.ask(this.uploads, {
      ticket: this.ticket, filename: this.file.name, size: this.file.size, fingerprint: await fingerprint(this.file),
      ...(this.over && { over: "yes" }),
    }, null);
    this.id = state.id;
    return state;
  }

  /** Hold: the part on its way is sent again later, what has arrived stays. */
  pause() {
    this.paused ??= new Promise((done) => { this.release = done; });
    this.line?.abort();
  }

  goOn() {
    this.paused = null;
    this.release?.();
  }

  /** Stop, and have the site forget what has arrived. */
  async cancel() {
    this.stop.abort();
    this.goOn();
    await this.begun.catch(() => {});
    if (this.id) await fetch(`${this.uploads}/${this.id}/cancellation`, { method: "POST", body: this.body({}), keepalive: true });
  }

  /** One part, at the place the site names now; then what is there. */
  async sendPart(state) {
    const here = this.tries ? await this.ask(`${this.uploads}/${state.id}`) : state;
    if (here.part) await this.put(here);
    return this.ask(`${this.uploads}/${state.id}`);
  }

  put({ part, received }) {
    return new Promise((done, failed) => {
      const line = new XMLHttpRequest();
      this.line = line;
      const abort = () => line.abort();
      this.stop.signal.addEventListener("abort", abort, { once: true });
      line.upload.addEventListener("progress", (event) => this.shown(received + event.loaded));
      line.addEventListener("loadend", () => {
        this.stop.signal.removeEventListener("abort", abort);
        this.reached ||= line.status > 0;
        if (line.status === 200) done();
        else failed(new TypeError(`the store answered ${line.status}`));
      });
      line.open("PUT", part.url);
      line.send(this.file.slice(part.start, part.end, ""));
    });
  }

  /** Do a step; after a fault say so, wait a little and do it again, until it has failed too often. While the device
      itself knows that it is off the line, waiting costs no try. */
  async trying(step) {
    for (this.tries = 0; ; this.tries += 1) {
      while (this.paused) await this.paused;
      if (this.stop.signal.aborted) throw new Cancelled();
      try {
        const result = await step();
        if (this.stop.signal.aborted) throw new Cancelled();
        this.tries = 0;
        return result;
      } catch (fault) {
        if (fault instanceof Refused || fault instanceof Cancelled || fault instanceof OtherFile) throw fault;
        if (this.stop.signal.aborted) throw new Cancelled();
        if (this.paused) {
          this.tries = 0;
          continue;
        }
        if (navigator.onLine && this.tries >= PAUSES.length) throw new Dropped(this.received, this.reached);
        this.onDrop();
        if (navigator.onLine) await new Promise((done) => { setTimeout(done, PAUSES[this.tries]); });
        else await this.backOnLine();
      }
    }
  }

  /** Until the device is on the line again, or somebody presses Cancel; then the tries begin anew. */
  async backOnLine() {
    await new Promise((done) => {
      window.addEventListener("online", done, { once: true });
      this.stop.signal.addEventListener("abort", done, { once: true });
    });
    this.tries = 0;
  }

  async ask(address, given, signal = this.stop.signal) {
    const answer = await fetch(address, {
      method: given ? "POST" : "GET",
      body: given && this.body(given),
      headers: { Accept: "application/json" },
      signal,
      redirect: "error",
    });
    if (answer.ok) return answer.json();
    if (answer.status >= 500 || answer.status === 429) throw new TypeError(`the site answered ${answer.status}`);
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 409) throw new OtherFile(told.message);
    throw new Refused(told.message || "The file was not uploaded. Load this page again and try once more.");
  }

  body(given) {
    return new URLSearchParams({ ...given, csrf_token: this.token });
  }

  shown(received) {
    this.received = received;
    this.onProgress(Math.min(received, this.file.size), this.file.size);
  }
}
