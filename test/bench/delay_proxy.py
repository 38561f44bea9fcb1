#!/usr/bin/env python3
"""A TCP proxy that keeps every byte for a while: a database as far away as one likes.

    delay_proxy.py LISTEN_PORT TARGET_PORT MILLISECONDS    on 127.0.0.1; half of the time in each direction

It delays, it does not throttle: thousands of queries may be on their way. Ends by SIGTERM.
"""
import asyncio
import sys


async def carry(reader, writer, seconds):
    """Copies one direction; each piece leaves `seconds` after it came."""
    loop = asyncio.get_running_loop()
    pieces = asyncio.Queue()

    async def deliver():
        while True:
            due, piece = await pieces.get()
            wait = due - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            if piece is None:
                writer.close()
                return
            writer.write(piece)

    delivery = asyncio.create_task(deliver())
    try:
        while piece := await reader.read(1 << 18):
            pieces.put_nowait((loop.time() + seconds, piece))
    except ConnectionError:
        pass
    pieces.put_nowait((loop.time() + seconds, None))
    await delivery


async def serve(listen_port, target_port, milliseconds):
    async def connected(reader, writer):
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", target_port)
        except OSError:
            writer.close()
            return
        half = milliseconds / 2000
        await asyncio.gather(
            carry(reader, there_writer, half), carry(there_reader, writer, half), return_exceptions=True
        )

    server = await asyncio.start_server(connected, "127.0.0.1", listen_port)
    print(f"127.0.0.1:{listen_port} is 127.0.0.1:{target_port}, {milliseconds} ms away", flush=True)
    async with server:
        await server.serve_forever()


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
