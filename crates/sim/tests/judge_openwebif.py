"""Connects to a receiver with openwebifpy, the client of Home Assistant, and says whether it is content."""

import asyncio
import sys

from openwebif.api import OpenWebIfDevice


async def main(host: str, port: int) -> None:
    device = OpenWebIfDevice(host, port=port, username="root", password="dream")
    try:
        about = await device.get_about()
        assert about["info"]["model"] and about["info"]["tuners"], about
        assert await device.get_version() == "OWIF 2.2.0"
        await device.update()
        assert device.status.in_standby is False and device.status.is_streaming is False
        assert device.status.currservice.station == "Prisma", device.status.currservice
        assert device.status.currservice.begin_timestamp < device.status.currservice.end_timestamp
        assert device.picon_url and device.picon_url.endswith(".png"), device.picon_url
        bouquets = (await device.get_all_bouquets())["bouquets"]
        assert [name for _, name in bouquets][:2] == ["Favoriten (TV)", "Film & Musik"], bouquets
        sources = await device.get_bouquet_sources(bouquet="Favoriten (TV)")
        assert sources["Erstes Probe HD"] == "1:0:19:283D:3FB:1:C00000:0:0:0:", sources
        services = await device.get_all_services()
        assert services["services"][0]["subservices"], services
        assert await device.get_volume() == 100
        print("content:", len(bouquets), "bouquets,", len(sources), "sources")
    finally:
        await device.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
