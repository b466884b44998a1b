import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveConnection } from "./live";

/** A socket whose fate the test decides. */
class Socket extends EventTarget {
  static readonly OPEN = 1;
  static made: Socket[] = [];
  readyState = 0;

  constructor() {
    super();
    Socket.made.push(this);
  }

  send(): void {}

  open(): void {
    this.readyState = Socket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

function newest(): Socket {
  const socket = Socket.made.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

const alive = () => Socket.made.filter((socket) => socket.readyState < 2).length;

let live: LiveConnection;

beforeEach(() => {
  Socket.made = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  live = new LiveConnection();
  live.subscribe("channels", () => undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("whoever hurries twice opens one socket", () => {
  newest().open();
  newest().close();
  expect([live.state, alive()]).toEqual(["lost", 0]);
  live.hurry();
  live.hurry();
  expect([Socket.made.length, alive()]).toEqual([2, 1]);
  newest().open();
  expect(live.state).toBe("open");
  vi.advanceTimersByTime(60_000);
  expect([Socket.made.length, alive()]).toEqual([2, 1]);
});

test("a try that fails is followed by the next, also after a hurry", () => {
  newest().close();
  live.hurry();
  newest().close();
  expect([live.state, alive()]).toEqual(["lost", 0]);
  vi.advanceTimersByTime(10_000);
  expect([Socket.made.length, alive()]).toEqual([3, 1]);
});

test("nobody needs to hurry while it is open", () => {
  newest().open();
  live.hurry();
  expect([Socket.made.length, alive()]).toEqual([1, 1]);
});
