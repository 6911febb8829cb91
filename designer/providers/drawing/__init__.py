"""Fashion flats: geometry, cloth, light and garments. Pure: attributes and a seed in, pixels out."""
