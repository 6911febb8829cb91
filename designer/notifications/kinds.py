"""What one can be told of, and how unless one says otherwise."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of news: its words in the settings, and its defaults. `paces`: those of its mails, the usual one first;
    none: all. `is_told`: whether the studio itself has lines of it; if not, it is a mail alone."""

    label: str
    in_app: bool
    mail: bool
    paces: tuple[str, ...] = ()
    is_told: bool = True

    @property
    def pace(self) -> str:
        """Of its mails, unless one says otherwise."""
        return self.paces[0] if self.paces else "at_once"


ACTIVITY: Final = "activity"
TEAM: Final = "team"  # told also of a team that is about to be deleted, of which nothing else is shown

KINDS: Final = {
    # the studio shows a single one live, to whoever waits for it
    "generation": Kind("A generation has ended", in_app=False, mail=False),
    "follow_up": Kind("What was to follow a generation could not begin", in_app=True, mail=False),
    "batch": Kind("A batch has ended or was stopped by its budget", in_app=True, mail=True),
    "comment": Kind("Somebody comments on your image, collection or batch, or answers you", in_app=True, mail=True),
    "mention": Kind("Somebody names you in a comment", in_app=True, mail=True),
    "approval": Kind("Somebody asks for your review of an image, or answers your request", in_app=True, mail=True),
    "approval_due": Kind("A review is due soon, or overdue", in_app=True, mail=True),
    "alert": Kind("A provider is down, a budget runs out, maintenance is planned", in_app=True, mail=True),
    "session": Kind("A review of a collection begins, or ended without you", in_app=True, mail=False),
    "persona": Kind("Somebody deletes or merges the persona that you begin with", in_app=True, mail=False),
    "member": Kind("Somebody whom you invited joins the team", in_app=True, mail=False),
    TEAM: Kind("A team of yours is archived, deleted, brought back or handed over", in_app=True, mail=True),
    "report": Kind("A report is ready, could not be made, or is made no more", in_app=True, mail=False),
    "statement": Kind("The monthly statement of a team that you own is ready", in_app=True, mail=True),
    ACTIVITY: Kind(
        "What the others in your teams did, all in one mail",
        in_app=False,
        mail=False,
        paces=("daily", "weekly"),
        is_told=False,
    ),
    "automation": Kind("An automation delivered an image, or could not", in_app=True, mail=False),
    "webhook": Kind("A webhook keeps failing or was switched off", in_app=True, mail=True),
}
