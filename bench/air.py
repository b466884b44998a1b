"""When the air allowed what: which byte of a file completes a part of the picture and the sound that covers it.

For files of media.py, with their PIDs, read as the station reads them: a picture is whole when the next one begins, a
frame of sound with its own last byte.
"""

import bisect

import media

VIDEO, AUDIO = 0x100, 0x101  # as ffmpeg numbers them
AAC_90K = 1920  # at 48 kHz
SLACK_90K = 90  # durations are told to 10 µs, and add up


def units(data, wanted):
    """Payload of one PID, where in it each PES packet's content begins with its PTS and whether decoding may begin there, and
    the file's offset after each piece."""
    content, marks, ends = bytearray(), [], []
    for at in range(0, len(data) - media.PACKET + 1, media.PACKET):
        packet = data[at:at + media.PACKET]
        if media.pid_of(packet) != wanted or not packet[3] & 0x10:
            continue
        begins, access = 4, False
        if packet[3] & 0x20:
            begins, access = 5 + packet[4], packet[4] > 0 and packet[5] & 0x40 != 0
        if packet[1] & 0x40:
            marks.append((len(content), pts_90k(packet[begins:]), access, at))
            begins += 9 + packet[begins + 8]
        content += packet[begins:]
        ends.append((len(content), at + media.PACKET))
    return content, marks, ends


def pts_90k(pes):
    """PTS of a PES packet, from its first byte."""
    p = pes[9:14]
    return (p[0] >> 1 & 7) << 30 | p[1] << 22 | p[2] >> 1 << 15 | p[3] << 7 | p[4] >> 1


class Air:
    """`whole_at(start, media_s)`: offset of the byte with which so much media after the first key frame is complete."""

    def __init__(self, data):
        _, marks, _ = units(data, VIDEO)
        self.pictures = [(pts, at) for _, pts, _, at in marks]
        self.keys = [(at, pts) for _, pts, access, at in marks if access]
        self.sounds = []  # (PTS of its end, offset after its last byte)
        content, marks, ends = units(data, AUDIO)
        for (at, pts, _, _), (until, *_) in zip(marks, [*marks[1:], (len(content),)]):
            while at < until:
                at += (content[at + 3] & 3) << 11 | content[at + 4] << 3 | content[at + 5] >> 5
                pts += AAC_90K
                last = bisect.bisect_left(ends, (at, 0))
                if last < len(ends):
                    self.sounds.append((pts, ends[last][1]))

    def whole_at(self, start, media_s):
        """None when the file ends before."""
        key = bisect.bisect_left(self.keys, (start, 0))
        until = self.keys[key][1] + media_s * 90_000 - SLACK_90K
        picture, sound = (bisect.bisect_left(list_, (until, 0)) for list_ in (self.pictures, self.sounds))
        if picture == len(self.pictures) or sound == len(self.sounds):
            return None
        return max(self.pictures[picture][1] + media.PACKET, self.sounds[sound][1])
