"""The face of the designer floor for Django: each room's models, named once. Nobody else imports this module."""

from designer.activity.models import ActivityDigest
from designer.assets.models import Asset
from designer.catalogue.models import ModelHealth, ModelPrice, ModelProfile
from designer.generations.models import Generation, PromptFavourite, StageRun
from designer.jobs.models import Job, JobAttempt, LanePause, PeriodicSlot, SchedulerBeat, TeamWeight, WorkerBeat
from designer.ledger.models import Budget, BudgetUse, LedgerEntry, Reservation
from designer.notifications.models import Alert, DigestHour, MailDigest, Notification, NotificationWish
from designer.personas.models import (
    AttributeCorrection,
    DefaultPersona,
    Evidence,
    Feedback,
    LearnedWeight,
    LearningAct,
    LearningMove,
    LearningSettings,
    Persona,
)
from designer.personas.portfolio_models import PortfolioImport, PortfolioItem
from designer.realtime.models import ChannelHead, Event
from designer.sessions.models import ReviewSession, SessionImage, SessionPerson, SessionVote
from designer.web.models import IdempotencyKey

__all__ = [
    "ActivityDigest",
    "Alert",
    "Asset",
    "AttributeCorrection",
    "Budget",
    "BudgetUse",
    "ChannelHead",
    "DefaultPersona",
    "DigestHour",
    "Event",
    "Evidence",
    "Feedback",
    "Generation",
    "IdempotencyKey",
    "Job",
    "JobAttempt",
    "LanePause",
    "LearnedWeight",
    "LearningAct",
    "LearningMove",
    "LearningSettings",
    "LedgerEntry",
    "MailDigest",
    "ModelHealth",
    "ModelPrice",
    "ModelProfile",
    "Notification",
    "NotificationWish",
    "PeriodicSlot",
    "Persona",
    "PortfolioImport",
    "PortfolioItem",
    "PromptFavourite",
    "Reservation",
    "ReviewSession",
    "SchedulerBeat",
    "SessionImage",
    "SessionPerson",
    "SessionVote",
    "StageRun",
    "TeamWeight",
    "WorkerBeat",
]
