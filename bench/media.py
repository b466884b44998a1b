"""Test pictures and tones, made once by ffmpeg and kept in bench/cache, outside git."""

import mmap
import pathlib
import subprocess

CACHE = pathlib.Path(__file__).parent / "cache"
PACKET = 188
RATE_BPS = 9_500_000
WHOLE_S = 100  # longer ones repeat
SOUND = {
    "aac": ["-c:a", "aac", "-b:a", "128k"],
    "ac3": ["-c:a", "ac3", "-b:a", "384k", "-ac", "6"],
    "mp2": ["-c:a", "mp2", "-b:a", "192k"],
    "two": ["-map", "0", "-map", "1", "-map", "2", "-c:a:0", "aac", "-c:a:1", "mp2", "-metadata:s:a:0", "language=deu",
            "-metadata:s:a:1", "language=eng"],
    "radio": ["-map", "1", "-vn", "-c:a", "mp2", "-b:a", "256k"],
}


X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"]
FIELDS = ["-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct"]
PICTURES = {  # name: (size, source rate, bits per second of the picture, of the whole stream, how it is coded)
    "1080p25": ("1920x1080", 25, 8_000_000, RATE_BPS, X264),
    "720p25": ("1280x720", 25, 1_650_000, 2_000_000, X264),
    "180p25": ("320x180", 25, 280_000, 500_000, X264),
    "1080i25": ("1920x1080", 50, 8_000_000, RATE_BPS, [*FIELDS, *X264]),
    "1080i25-mpeg2": ("1920x1080", 50, 8_000_000, RATE_BPS, [*FIELDS, "-c:v", "mpeg2video"]),
}


def rate_bps(picture):
    return PICTURES[picture][3]


def broadcast(sound="aac", seconds=120, picture="1080p25"):
    """A constant-rate transport stream, a key frame each second, 1080p25 H.264 in 9.5 Mbit/s unless said; its path.

    Long ones repeat 20 s; where they join, timestamps leave a gap of up to a frame of sound.
    """
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"{picture}-{sound}-{seconds}s.ts"
    if path.exists():
        return path
    made = path.with_suffix(".part")
    if seconds <= WHOLE_S:
        print(f"making {path.name} (once)", flush=True)
        encode(sound, seconds, picture, made)
    else:
        loop = broadcast(sound, 20, picture)
        ffmpeg("-stream_loop", "-1", "-i", str(loop), "-map", "0", "-t", str(seconds), "-c", "copy", "-f", "mpegts",
               "-muxrate", str(rate_bps(picture)), str(made))
    return made.rename(path)


def mapped(path):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def encode(sound, seconds, picture, path):
    size, source_rate, bits, rate, coding = PICTURES[picture]
    hrd = ["-x264-params", "nal-hrd=cbr:force-cfr=1:scenecut=0"] if "libx264" in coding else []
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={size}:r={source_rate},noise=alls=12:allf=t", "-f", "lavfi", "-i", music(220),
           "-f", "lavfi", "-i", music(330), "-t", str(seconds), *coding, "-pix_fmt", "yuv420p", "-g", "25", *hrd,
           "-b:v", str(bits), "-minrate", str(bits), "-maxrate", str(bits), "-bufsize", str(bits // 2), *SOUND[sound],
           "-f", "mpegts", "-muxrate", str(rate), str(path))


def music(pitch):
    """Noise and tones that swell and fade: it costs an encoder about what broadcasts do. A lone tone costs it four times as much."""
    tones = [f"sine=f={pitch * n}:r=48000,tremolo=f={3 + n}:d=0.9[t{n}]" for n in (1, 2)]
    return f"anoisesrc=c=pink:a=0.05:r=48000,tremolo=f=3:d=0.8[n];{';'.join(tones)};[n][t1][t2]amix=inputs=3:duration=longest"


def ffmpeg(*args):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *args], check=True, stdin=subprocess.DEVNULL)


def pid_of(packet):
    return (packet[1] & 0x1F) << 8 | packet[2]


def late_sound(data, audio_pid, seconds):
    """The same stream with the sound arriving `seconds` later, as on real air; order within a PID and timestamps stay."""
    shift = int(seconds * RATE_BPS / 8 / PACKET)
    packets = [data[i:i + PACKET] for i in range(0, len(data) - PACKET + 1, PACKET)]
    order = sorted(range(len(packets)), key=lambda i: i + shift if pid_of(packets[i]) == audio_pid else i)
    return b"".join(packets[i] for i in order)
