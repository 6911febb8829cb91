"""Services that enhance pictures for money, and how a step of a recipe is bought from one.

`base` the protocol, `replicate` and `fal` the adapters, `offers` what each sells and as which choice of which
operation; `errands` what is sent for a step and what is made of the answer; `buying` attempt, polls, charge; `hooks`
what the services tell by themselves. Only the last two know Django.
"""
