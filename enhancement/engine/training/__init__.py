"""How the shipped weights were made: procedural textiles, photographs, and a short training run on one machine."""
