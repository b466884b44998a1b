"""What people use today, beside us: one ffmpeg per stream that writes HLS to the same disk."""

import asyncio
import shutil
import subprocess
import time

from measure import cpu_s
from receiver import Receiver
from station import OUT


async def peers_cpu_s(channels, codecs, warm_s, seconds):
    """CPU-seconds that one `ffmpeg … -f hls` for each of `channels` takes in `seconds`, after `warm_s`."""
    receiver = await Receiver(channels).start()
    out = OUT / "peers"
    shutil.rmtree(out, ignore_errors=True)
    processes = []
    for at, ref in enumerate(receiver.channels):
        (out / str(at)).mkdir(parents=True)
        url = f"http://127.0.0.1:{receiver.stream_port}/{ref}"
        command = ["ffmpeg", "-v", "fatal", "-i", url, *codecs, "-f", "hls", "-hls_time", "2", str(out / str(at) / "p.m3u8")]
        processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))
    await asyncio.sleep(warm_s)
    pids = [process.pid for process in processes]
    before, began = cpu_s(*pids), time.monotonic()
    await asyncio.sleep(seconds)
    cost, took = cpu_s(*pids) - before, time.monotonic() - began
    for process in processes:
        process.terminate()
    for process in processes:
        await asyncio.to_thread(process.wait)
    receiver.stop()
    shutil.rmtree(out)
    return cost * seconds / took
