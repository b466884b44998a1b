"""Short films that tell what they are: each picture carries the number of its film and its own, each second begins with a flash and a beep.

Sizes, rates and numbers of channels differ from one to the next, so that what joins them has something to do. Made once by ffmpeg and kept in bench/cache, outside git.
"""

import pathlib
import re
import subprocess

from media import CACHE, ffmpeg

SHOW = "Reels"
FILM_BITS, PICTURE_BITS = 8, 10
CELLS = 2 + FILM_BITS + PICTURE_BITS  # one that is white and one that is black come first
FORMS = [  # size, rate, channels
    ("640x360", "25", 2),
    ("854x480", "25", 2),
    ("640x360", "50", 1),
    ("640x360", "25", 2),
    ("480x360", "30000/1001", 6),
    ("640x360", "25", 2),
]
VERSION = 1


def seconds(number):
    """How long a film is: 5 to 10 s, each another."""
    return 5 + number * 8 % 21 / 4


def rate(number):
    above, _, below = FORMS[number % len(FORMS)][1].partition("/")
    return int(above) / int(below or 1)


def reels(count):
    """The folder of so many films."""
    folder = CACHE / f"reels-v{VERSION}-{count}" / SHOW
    for number in range(count):
        path = folder / f"{SHOW} - S01E{number + 1:03}.mp4"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            draw(number, path)
    return folder.parent


def draw(number, path):
    size, rate_of, channels = FORMS[number % len(FORMS)]
    cell = lambda at, color, when="": f"drawbox=x=iw*{at}/{CELLS}:y=0:w=iw/{CELLS}:h=ih/6:t=fill:color={color}{when}"
    boxes = [cell(0, "white"), cell(1, "black")]
    for bit in range(FILM_BITS):
        boxes.append(cell(2 + bit, "white" if number >> bit & 1 else "black"))
    for bit in range(PICTURE_BITS):
        at = 2 + FILM_BITS + bit
        boxes += [cell(at, "black"), cell(at, "white", f":enable='mod(floor(n/{1 << bit}),2)'")]
    boxes += ["drawbox=x=0:y=ih*5/6:w=iw:h=ih/6:t=fill:color=black", "drawbox=x=0:y=ih*5/6:w=iw:h=ih/6:t=fill:color=white:enable='lt(mod(t+0.0001,1),0.08)'"]
    beep = "0.4*sin(2*PI*1000*t)*lt(mod(t+0.00001\\,1)\\,0.08)"
    made = path.with_suffix(".part.mp4")
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate_of}", "-f", "lavfi", "-i", f"aevalsrc={'|'.join([beep] * channels)}:s=48000",
           "-vf", ",".join(boxes), "-t", str(seconds(number)), "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "48", "-bf", "2",
           "-c:a", "aac", "-b:a", "128k", "-ac", str(channels), "-movflags", "+faststart", "-metadata", f"comment={number}", str(made))
    made.rename(path)


def read(data, *, copy_times=True):
    """What is on the pictures of `data` (bytes of a file that ffmpeg reads): [(time in s, film, picture, flash)], in order; a film of -1 is none of ours."""
    strip = f"[0:v]split[a][b];[a]crop=iw:ih/12:0:ih/24,scale={CELLS}:1:flags=area[top];[b]crop=iw:ih/12:0:ih*21/24,scale={CELLS}:1:flags=area[low];[top][low]vstack,format=gray,showinfo"
    command = ["ffmpeg", "-v", "info", "-nostats", *(["-copyts"] if copy_times else []), "-i", "pipe:0", "-filter_complex", strip, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    done = subprocess.run(command, input=data, capture_output=True)
    times = [float(time) for time in re.findall(rb"Parsed_showinfo.* pts_time:\s*([-0-9.]+)", done.stderr)]
    pixels, row = done.stdout, 2 * CELLS
    if done.returncode or len(pixels) != row * len(times):
        raise RuntimeError(f"ffmpeg: {done.returncode}, {len(times)} times, {len(pixels)} bytes: {done.stderr[-600:].decode()}")
    return [(time, *_told(pixels[at * row:(at + 1) * row])) for at, time in enumerate(times)]


def _told(rows):
    top, low = rows[:CELLS], rows[CELLS:]
    flash = sum(low) / CELLS > 128
    if top[0] < 170 or top[1] > 85:
        return -1, -1, flash
    bits = [value > 128 for value in top[2:]]
    number = lambda part: sum(bit << at for at, bit in enumerate(part))
    return number(bits[:FILM_BITS]), number(bits[FILM_BITS:]), flash


def beeps(data):
    """Times (s) at which a beep begins in the sound of `data`."""
    command = ["ffmpeg", "-v", "error", "-copyts", "-i", "pipe:0", "-map", "0:a:0", "-af", "aresample=48000:async=1,asetnsamples=n=48,astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.Overall.Peak_level:file=-", "-f", "null", "/dev/null"]
    told = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
    loud, found = True, []
    for time, level in re.findall(r"pts_time:([-0-9.]+)\s+lavfi\.astats\.Overall\.Peak_level=([-0-9.a-z]+)", told):
        is_loud = level not in ("-inf", "nan") and float(level) > -35
        if is_loud and not loud:
            found.append(float(time))
        loud = is_loud
    return found


if __name__ == "__main__":
    for path in sorted(reels(4).glob("*/*.mp4")):
        data = pathlib.Path(path).read_bytes()
        told = read(data)
        print(path.name, len(told), told[0], told[-1], [round(time, 3) for time, *_, flash in told if flash][:4], beeps(data))
