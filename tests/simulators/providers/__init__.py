"""A simulator of the vendors of images and of language: their wire formats, their limits and their bad days."""
