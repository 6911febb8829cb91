"""The admin of the ground floor: each room registers its own models."""

from teams.accounts import admin as accounts
from teams.audit import admin as audit
from teams.membership import admin as membership
from teams.review import admin as review
from teams.review.approvals import admin as approvals
from teams.review.collections import admin as collections
from teams.sharing import admin as sharing

__all__ = ["accounts", "approvals", "audit", "collections", "membership", "review", "sharing"]
