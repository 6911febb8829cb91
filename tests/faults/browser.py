"""One browser in a process of its own: shows where it is, and says now and then that it is still here.

Arguments: port, token, channel. Prints "here" when others can see it. It does not come back when its line is lost.
"""

import json
import sys
import time

from websockets.sync.client import connect

WORD = 1.5  # seconds between two words, as the published clients do

if __name__ == "__main__":
    port, token, channel = sys.argv[1:]
    credentials = {"Authorization": f"Bearer {token}"}
    with connect(f"ws://127.0.0.1:{port}/ws/", additional_headers=credentials, proxy=None) as line:
        line.send(json.dumps({"type": "subscribe", "channel": channel}))
        line.send(json.dumps({"type": "presence", "channel": channel, "state": {"zoom": 1}}))
        print("here", flush=True)
        while True:
            time.sleep(WORD)
            line.send(json.dumps({"type": "ping"}))
