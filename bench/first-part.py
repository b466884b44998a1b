"""first-part: how soon after the air allows it the first playable segment is there (docs/design/performance.md).

Honest air: 0.3 s to tune, sound 0.7 s behind the picture, another place in the group of pictures each time. Counted from
the piece with the last byte of the audio frame that covers the key frame's PTS, to the reply to a blocking request that
was already open and holds a closed segment. Once with AAC as it comes, once with AC-3 and MP2 that become AAC.
"""

import asyncio
import bisect
import os
import random
import statistics
import time

import media
from air import AUDIO, VIDEO, pts_90k
from measure import Figures, p95, table
from receiver import Channel, Receiver
from station import Station
from viewer import CLIENT, Viewer

STARTS = 100 if os.environ.get("FULL") == "1" else int(os.environ.get("STARTS", 20))
FRAME_90K = {"aac": 1920, "ac3": 2880, "mp2": 2160}  # at 48 kHz
WINDOW = 6 * media.RATE_BPS // 8  # bytes after the start in which the first key frame and its sound lie


def payload(packet):
    """Where the payload begins, and whether a random access point is announced."""
    begins, access = 4, False
    if packet[3] & 0x20:
        begins += 1 + packet[4]
        access = packet[4] > 0 and packet[5] & 0x40 != 0
    return begins, access


def covered_at(data, start, sound):
    """File offset of the last byte of the audio frame that covers the PTS of the first key frame after `start`."""
    key, audio, ends, marks = None, bytearray(), [], []
    for at in range(start, start + WINDOW, media.PACKET):
        packet = data[at:at + media.PACKET]
        pid, unit = media.pid_of(packet), packet[1] & 0x40
        begins, access = payload(packet)
        if pid == VIDEO and unit and access and key is None:
            key = pts_90k(packet[begins:])
        if pid == AUDIO and (unit or marks):
            if unit:
                marks.append((len(audio), pts_90k(packet[begins:])))
                begins += 9 + packet[begins + 8]
            audio += packet[begins:]
            ends.append((len(audio), at + media.PACKET))
    mark = max((m for m in marks if m[1] <= key), default=marks[0], key=lambda m: m[1])
    at, pts = mark
    while pts + FRAME_90K[sound] <= key:
        at, pts = at + frame_length(audio, at, sound), pts + FRAME_90K[sound]
    last = at + frame_length(audio, at, sound)
    return ends[bisect.bisect_left(ends, (last, 0))][1]


def frame_length(audio, at, sound):
    if sound == "aac":
        return (audio[at + 3] & 3) << 11 | audio[at + 4] << 3 | audio[at + 5] >> 5
    return {"ac3": 1536, "mp2": 576}[sound]


async def one(station, channel, id, sound):
    """Seconds from the covering sound's arrival to the playlist that can be played."""
    viewer = Viewer(station.port, station.token, id)
    await viewer.start({**CLIENT, "audio": ["mp4a.40.2"]})
    await viewer.open()
    while True:
        at = await viewer.reload()
        if viewer.playlist.segments:
            break
        await asyncio.sleep(0.005)
    needed = covered_at(channel.data, channel.start, sound)
    sent = next(when for end, when in channel.sent_at if end >= needed)
    await viewer.stop()
    return at - sent


async def starts(sound, count, dice):
    data = media.late_sound(media.broadcast(sound, 40).read_bytes(), AUDIO, 0.7)
    places = [dice.randrange(20 * media.RATE_BPS // 8) for _ in range(count)]
    list_ = [Channel(i + 1, f"{sound} {i + 1}", data, media.RATE_BPS, start=place, tune_s=0.3, piece_s=0.01) for i, place in enumerate(places)]
    receiver = await Receiver(list_, tuners=count).start()
    took = []
    async with Station(receiver.web_port, receiver.stream_port, count) as station:
        ids = await station.channels(count)
        for channel, id in zip(list_, ids):
            took.append(await asyncio.wait_for(one(station, channel, id, sound), 20))
            await asyncio.sleep(0.2)
    receiver.stop()
    return took


async def main():
    figures, dice, rows, began = Figures("first-part"), random.Random(2), [], time.monotonic()
    plain = await starts("aac", STARTS, dice)
    made = {sound: await starts(sound, STARTS, dice) for sound in ("ac3", "mp2")}
    for name, took in (("aac as it comes", plain), *((f"{sound} to aac", took) for sound, took in made.items())):
        rows.append((name, len(took), min(took), statistics.median(took), p95(took), max(took)))
    table(("sound", "starts", "least s", "median", "p95", "most"), rows)
    print(f"took {time.monotonic() - began:.0f} s")
    figures.tell("ready_p95_s", p95(plain), "s", "≤", 0.35)
    figures.tell("transcoded_p95_s", max(p95(took) for took in made.values()), "s", "≤", 0.85)
    figures.end()


if __name__ == "__main__":
    asyncio.run(main())
