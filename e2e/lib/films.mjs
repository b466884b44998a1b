// Films as a household has them in a folder, drawn by ffmpeg in a second or so.
import { execFileSync } from "node:child_process";
import { mkdirSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";

const HOUR_S = 3_600;

/** What `make` puts at `path` of a folder, as if it had been copied there an hour ago: what is newer may still be written. */
export function put(folder, path, make) {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  make(place);
  const old = Date.now() / 1000 - HOUR_S;
  utimesSync(place, old, old);
}

/** A film of so many seconds with a picture by lavfi's `source` and a sound of that pitch. */
export function film(folder, path, seconds, source, { hertz = 440 } = {}) {
  const input = ["-f", "lavfi", "-i", `${source}=size=320x180:rate=25`, "-f", "lavfi", "-i", `sine=frequency=${hertz}`];
  const coding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac"];
  put(folder, path, (place) => execFileSync("ffmpeg", ["-v", "error", "-y", ...input, "-t", String(seconds), ...coding, place]));
}
