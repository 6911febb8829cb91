"""Images that did not come: an answer without a picture is the end of that image, and the others are still asked for.

Each image is asked for once, and after IN_A_ROW such answers without a picture between them no more are: whoever asks
for eight does not pay for eight times nothing. A prompt that was refused ends all of it at once: the same words would
be refused again, and perhaps be billed again. So does a call whose end nobody knows; but whoever tries again asks for
the images behind it, and never for those that may have been paid for.
"""

from typing import Any, Final

from designer.generations.models import Generation, Stage, StageRun
from designer.generations.orders import Order
from designer.jobs.attempts import NOT_SENT_AGAIN
from designer.jobs.handlers import Permanent, RunningJob
from designer.providers.base import Moderated

CODE: Final = "no_image"
IN_A_ROW: Final = 3


def nothing_usable(said: str) -> Permanent:
    """For an answer without a picture that can be used; `said`: the vendor's own words for it."""
    words = f" It said: {said}" if said else ""
    return Permanent(CODE, f"The model returned no usable image.{words}", "Try again, or choose another model.")


def ends_one_only(stop: Permanent) -> bool:
    """Whether it is about the pictures of that call, not about the wish: another one may well be drawn and shown."""
    withheld = isinstance(stop.__cause__, Moderated) and stop.__cause__.stage == "output"
    return stop.code == CODE or withheld


def is_told(stop: Permanent) -> bool:
    """Whether it is written down which images did not come for it."""
    return stop.code == NOT_SENT_AGAIN or ends_one_only(stop)


def note(job: RunningJob, row: Generation, places: list[int], stop: Permanent) -> None:
    """Write down that the images at these places did not come, and why: a later try of the job asks for the others."""
    with job.fenced():
        run = StageRun.objects.get(generation=row, name=Stage.GENERATION)
        told = {"places": places, "made": len(run.output.get("made", []))}
        told |= {"code": stop.code, "message": stop.message, "remedy": stop.remedy}
        absent = [*run.output.get("absent", []), told]
        StageRun.objects.filter(pk=run.pk).update(output={**run.output, "absent": absent})


def left(output: dict[str, Any], count: int) -> list[int]:
    """The places, of so many, that are still to be asked for."""
    absent, made = output.get("absent", []), set(output.get("made", []))
    empty = [each for each in absent if each["code"] != NOT_SENT_AGAIN]
    if sum(each["made"] == len(made) for each in empty) >= IN_A_ROW:
        return []
    gone = made.union(*(each["places"] for each in absent))
    return [place for place in range(count) if place not in gone]


def check(row: Generation, order: Order, *, wanted: int) -> None:
    """Raises Permanent, with every reason once, where fewer images came than were `wanted`."""
    output = StageRun.objects.values_list("output", flat=True).get(generation=row, name=Stage.GENERATION)
    absent, made, count = output.get("absent", []), len(output.get("made", [])), len(order.seeds)
    if not absent or made >= wanted:
        return
    told = list(dict.fromkeys(each["message"] for each in absent))
    if count > 1:
        told.insert(0, f"{count - made} of {count} images did not come.")
    if unasked := count - made - sum(len(each["places"]) for each in absent):
        told.append(f"After {IN_A_ROW} answers in a row without a picture the other {unasked} were not asked for.")
    worst = next((each for each in absent if each["code"] == NOT_SENT_AGAIN), absent[-1])
    raise Permanent(worst["code"], " ".join(told), worst["remedy"])


def ended_by(output: dict[str, Any], error: dict[str, Any]) -> bool:
    """Whether it is for images that did not come that it ended with this error."""
    return any(each["code"] == error["code"] for each in output.get("absent", []))


def forget(row: Generation, *, unknown: bool) -> None:
    """Done again, they are asked for again; `unknown`: also those that may have been paid for."""
    run = StageRun.objects.filter(generation=row, name=Stage.GENERATION).first()
    if run and (absent := run.output.pop("absent", None)):
        if kept := [each for each in absent if each["code"] == NOT_SENT_AGAIN and not unknown]:
            run.output["absent"] = kept
        run.save(update_fields=["output"])
