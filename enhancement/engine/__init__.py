"""The engine of the enhancement floor: networks, weights, devices, tiles. It knows torch, and no Django."""
