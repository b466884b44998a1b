// A crowd of players in one cheap process, for sessions.py: raw sockets, bodies counted and dropped.
//
// A low-latency player has two connections, as hls.js has: blocking reloads of the playlist on one, each new part (and the
// heartbeats) on the other. A standard player has one: the playlist once a target duration, then its new segments. What to
// do comes as JSON on stdin; "settled" and the closing report go to stdout, a line each. Times are CLOCK_MONOTONIC in seconds.
import { connect } from "node:net";

const task = JSON.parse(await new Promise((done) => {
  let text = "";
  process.stdin.on("data", (chunk) => (text += chunk)).on("end", () => done(text));
}));
const now = () => Number(process.hrtime.bigint()) / 1e9;
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const shared = Buffer.allocUnsafe(1 << 18); // read and looked at before the next read
/** A start waits for tuner, key frame and sound; nothing else takes longer than a blocking reload may. */
const PATIENCE_S = 30;
const report = { api: [], playlists: [], replies: [], parts: task.channels.map(() => ({})), bytes: 0, media: 0, errors: {}, ready: 0 };
let settled = false;
let over = false;

const fault = (what) => (report.errors[what] = (report.errors[what] ?? 0) + 1);

/** One keep-alive connection; questions wait for their turn. */
class Line {
  constructor() {
    this.turn = Promise.resolve();
    this.open();
  }

  open() {
    this.head = undefined;
    this.left = -1;
    this.chunks = [];
    this.socket = connect({ port: task.port, host: "127.0.0.1", noDelay: true, onread: { buffer: shared, callback: (size) => this.take(shared.subarray(0, size)) } });
    const lost = (error) => {
      this.answer?.({ status: 0, error: error?.code ?? "closed" });
      this.socket.destroyed || this.socket.destroy();
    };
    this.socket.on("error", lost).on("close", lost);
  }

  ask(method, path, { token, body, keep = false } = {}) {
    const one = async () => {
      if (this.socket.destroyed) this.open();
      this.keep = keep;
      const data = body ? JSON.stringify(body) : "";
      const auth = token ? `Authorization: Bearer ${token}\r\n` : "";
      const kind = body ? "Content-Type: application/json\r\n" : "";
      const asked = now();
      this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${task.port}\r\n${auth}${kind}Content-Length: ${data.length}\r\n\r\n${data}`);
      let timer;
      const reply = await new Promise((done) => {
        this.answer = done;
        timer = setTimeout(() => {
          done({ status: 0, error: "no answer" });
          this.socket.destroy();
        }, PATIENCE_S * 1000);
      });
      clearTimeout(timer);
      this.answer = undefined;
      return { asked, at: now(), ...reply };
    };
    return (this.turn = this.turn.then(one, one));
  }

  take(bytes) {
    let rest = bytes;
    if (this.left < 0) {
      // A head comes in one piece, but for rare luck.
      const all = this.head ? Buffer.concat([this.head, bytes]) : bytes;
      const end = all.indexOf("\r\n\r\n");
      if (end < 0) {
        this.head = Buffer.from(all);
        return true;
      }
      const head = all.latin1Slice(0, end + 2);
      this.status = Number(head.slice(9, 12));
      this.left = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      this.head = undefined;
      this.chunks = [];
      rest = all.subarray(end + 4);
    }
    this.left -= rest.length;
    report.bytes += rest.length;
    if (this.keep) this.chunks.push(Buffer.from(rest));
    if (this.left <= 0) {
      this.left = -1;
      this.answer?.({ status: this.status, text: this.keep ? Buffer.concat(this.chunks).toString() : "" });
    }
    return true;
  }
}

class Player {
  constructor(number) {
    this.channel = number % task.channels.length;
    this.token = task.tokens[number % task.tokens.length];
    this.lists = new Line();
    this.media = task.low_latency ? new Line() : this.lists;
    this.last = [-1, -1]; // newest part (or segment) that was taken
  }

  async api(method, path, body) {
    const reply = await this.media.ask(method, path, { token: this.token, body, keep: true });
    if (settled && !over) report.api.push((reply.at - reply.asked) * 1000);
    if (reply.status < 200 || reply.status > 299) fault(`${method} ${path.replace(/[0-9a-f]{32}/, "{id}")}: ${reply.error ?? `${reply.status} ${reply.text.slice(0, 120)}`}`);
    return reply;
  }

  async watch() {
    const client = { containers: ["cmaf"], video: ["avc1"], audio: ["mp4a.40.2"], hls: task.low_latency ? "low_latency" : "standard" };
    const made = await this.api("POST", "/api/v1/sessions", { channel_id: task.channels[this.channel], at: "live", client });
    if (made.status !== 202) return;
    const session = JSON.parse(made.text);
    const main = await this.lists.ask("GET", session.playlist_url, { keep: true });
    const name = main.text?.split("\n").find((line) => line && !line.startsWith("#"));
    if (!name) return fault(`multivariant: ${main.error ?? main.status}`);
    report.ready += 1;
    this.base = session.playlist_url.replace(/[^/]*$/, "");
    this.url = this.base + name;
    let beat = now() + Math.random() * (session.heartbeat_s / 2); // not all in the same moment
    while (!over) {
      const text = await (task.low_latency ? this.reload() : this.poll());
      if (text === undefined) return;
      if (now() > beat) {
        beat = now() + session.heartbeat_s / 2;
        void this.api("POST", `/api/v1/sessions/${session.id}/heartbeat`);
      }
    }
    await this.api("DELETE", `/api/v1/sessions/${session.id}`);
  }

  /** One blocking reload; its new parts are fetched beside the next one. */
  async reload() {
    const wanted = this.next;
    const query = wanted ? `?_HLS_msn=${wanted[0]}&_HLS_part=${wanted[1]}&_HLS_skip=YES` : "";
    const { status, text, asked, at, error } = await this.lists.ask("GET", this.url + query, { keep: true });
    if (status !== 200) return over || fault(`playlist: ${error ?? status}`);
    const known = report.parts[this.channel];
    const fresh = [];
    for (const [, duration, uri, sequence, part] of text.matchAll(/#EXT-X-PART:DURATION=([\d.]+),URI="([^"]*?(\d+)\.(\d+)\.m4s)"/g)) {
      const name = [Number(sequence), Number(part)];
      known[`${sequence}.${part}`] ??= Number(duration);
      if (name[0] > this.last[0] || (name[0] === this.last[0] && name[1] > this.last[1])) fresh.push({ name, uri, duration: Number(duration) });
    }
    if (settled && !over && wanted) report.replies.push([this.channel, ...wanted, asked, at]);
    const hint = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="[^"]*?(\d+)\.(\d+)\.m4s"/.exec(text);
    if (!hint) return fault("playlist: it has ended");
    this.next = [Number(hint[1]), Number(hint[2])];
    for (const { name, uri, duration } of wanted ? fresh : fresh.slice(-3)) void this.fetch(uri, duration, name);
    return text;
  }

  /** Without parts: the playlist as often as it says, and its new segments. */
  async poll() {
    const { status, text, asked, at, error } = await this.lists.ask("GET", this.url, { keep: true });
    if (status !== 200) return over || fault(`playlist: ${error ?? status}`);
    if (settled && !over) report.playlists.push((at - asked) * 1000);
    const segments = [...text.matchAll(/#EXTINF:([\d.]+),\n(\S*?(\d+)\.m4s)/g)];
    const fresh = segments.filter(([, , , sequence]) => Number(sequence) > this.last[0]);
    for (const [, duration, uri, sequence] of this.last[0] < 0 ? fresh.slice(-2) : fresh) await this.fetch(uri, Number(duration), [Number(sequence), 0]);
    await sleep(Number(/TARGETDURATION:(\d+)/.exec(text)?.[1] ?? 2) - (now() - asked));
    return text;
  }

  async fetch(uri, duration, name) {
    this.last = name;
    const { status, error } = await this.media.ask("GET", this.base + uri);
    if (status !== 200) fault(`media: ${error ?? status}`);
    else if (settled && !over) report.media += duration;
  }
}

const players = Array.from({ length: task.viewers }, (_, number) => new Player(number));
const watching = [];
for (const player of players) {
  watching.push(player.watch().catch((error) => fault(String(error))));
  await sleep(task.start_every_s);
}
await sleep(task.warm_s);
const begun = process.cpuUsage();
settled = true;
console.log("settled");
await sleep(task.seconds);
over = true;
const used = process.cpuUsage(begun);
await Promise.race([Promise.all(watching), sleep(PATIENCE_S)]);
report.cpu_s = (used.user + used.system) / 1e6;
await new Promise((done) => process.stdout.write(`${JSON.stringify(report)}\n`, done));
process.exit(0);
