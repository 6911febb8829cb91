"""The engine of the enhancement floor: networks, weights, devices, tiles. It knows torch, and no Django."""

import os

# A thread that is done waits for the others asleep, not spinning: beside other work on the same processors the spinning
# ones kept the last from its turn, and a layer took twenty times as long. Read once, when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
