"""Test pictures and tones, made once by ffmpeg and kept in bench/cache, outside git."""

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


def broadcast(sound="aac", seconds=120):
    """1080p25 H.264 at 8 Mbit/s, a key frame each second, in a 9.5 Mbit/s transport stream; its path.

    Long ones repeat 20 s; where they join, timestamps leave a gap of up to a frame of sound.
    """
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"1080p25-{sound}-{seconds}.ts"
    if path.exists():
        return path
    if seconds <= WHOLE_S:
        print(f"making {path.name} (once)", flush=True)
        encode(sound, seconds, path)
    else:
        loop = broadcast(sound, 20)
        ffmpeg("-stream_loop", "-1", "-i", str(loop), "-map", "0", "-t", str(seconds), "-c", "copy", "-f", "mpegts",
               "-muxrate", str(RATE_BPS), str(path))
    return path


def encode(sound, seconds, path):
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=25,noise=alls=12:allf=t", "-f", "lavfi", "-i", "sine=f=440:r=48000",
           "-f", "lavfi", "-i", "sine=f=880:r=48000", "-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast",
           "-pix_fmt", "yuv420p", "-g", "25", "-bf", "0", "-x264-params", "nal-hrd=cbr:force-cfr=1:scenecut=0",
           "-b:v", "8M", "-minrate", "8M", "-maxrate", "8M", "-bufsize", "4M", *SOUND[sound],
           "-f", "mpegts", "-muxrate", str(RATE_BPS), str(path))


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
