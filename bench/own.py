"""Channels of one's own for benches and judges: made of reels, and waited for."""

import asyncio
import json
import time

import reels

PATIENCE_S = 600


async def call(station, method, path, body=None):
    status, _, answer = await station.http.call(method, f"/api/v1{path}", body)
    if status >= 300:
        raise RuntimeError(f"{method} {path}: {status} {answer[:300]}")
    return json.loads(answer) if answer else None


async def channels(station, folder, count, *orders):
    """So many channels of the films in `folder`, each in one of `orders`; once each is on air, and all that is on in the next hours is prepared."""
    station.http.token = station._told("token", "create", "--scope", "watch,program,admin").strip()
    await call(station, "POST", "/library/folders", {"name": "Reels", "path": str(folder)})
    for number in range(count):
        name = f"Own {number + 1}"
        document = {"version": 1, "name": name, "simple": {"order": orders[number % len(orders)], "shows": [reels.SHOW]}}
        await call(station, "POST", "/stations", {"name": name, "number": 500 + number, "document": document})
    deadline = time.monotonic() + PATIENCE_S
    while True:
        items = (await call(station, "GET", "/stations"))["items"]
        if len(items) == count and all(item["state"] == "on_air" and item["preparation"]["minutes_until_unready"] is None for item in items):
            return items
        if time.monotonic() > deadline:
            raise RuntimeError(f"not on air: {[(item['state'], item['preparation']) for item in items]}")
        await asyncio.sleep(1)
