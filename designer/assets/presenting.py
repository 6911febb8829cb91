"""What a file says of its making, in words."""

from typing import Any, Final

from designer.assets.models import Asset

SOURCE_TYPES: Final = {  # IPTC's digital source types, https://cv.iptc.org/newscodes/digitalsourcetype/
    "algorithmicMedia": "Drawn by a program",
    "trainedAlgorithmicMedia": "Made by a trained model",
    "compositeWithTrainedAlgorithmicMedia": "Edited with a trained model",
    "compositeSynthetic": "Composite with synthetic parts",
    "humanEdits": "Edited by a person",
    "digitalCapture": "Taken with a camera",
    "computationalCapture": "Taken with a camera, several frames in one",
    "digitalCreation": "Made by a person with a program",
    "algorithmicallyEnhanced": "Changed by a program without a generative model",
}
STATES: Final = {
    "valid": ("badge-good", "signed"),
    "broken": ("badge-bad", "broken"),
    "unsigned": ("", "not signed"),
    "unavailable": ("badge-warn", "cannot be checked"),
}
LABELS: Final = {
    "model": "Model",
    "operations": "Operations",
    "prompt_sha256": "Prompt (SHA-256)",
    "parent": "Made from",
    "program": "Written by",
}


def source_type_words(address: str) -> str:
    """'Made by a trained model' for IPTC's address or its last word; the word itself where it is not known."""
    word = address.rpartition("/")[2]
    return SOURCE_TYPES.get(word, word)


def report_shown(report: dict[str, Any]) -> dict[str, Any]:
    badge, state = STATES[report["credentials"]["state"]]
    said = report["file"] or {}
    rows = [(label, said[name]) for name, label in LABELS.items() if said.get(name)]
    if said.get("digital_source_type"):
        rows.insert(0, ("Source type", source_type_words(said["digital_source_type"])))
    actions = [
        {"name": each["action"].removeprefix("c2pa."), "type": source_type_words(each["digital_source_type"])}
        for each in report["credentials"]["actions"]
    ]
    return {"report": report, "rows": rows, "actions": actions, "badge": badge, "state": state}


def origin_shown(asset: Asset) -> list[str]:
    """Sentences about what an uploaded file said of its own making, before that was taken out."""
    said = asset.facts.get("origin") or {}
    told = []
    if said.get("ai"):
        told.append("This photo says it was made by AI.")
    if word := said.get("source_type"):
        told.append(f"Its file said: {source_type_words(word)} (IPTC {word}).")
    if generator := said.get("generator"):
        told.append(f"It carried the settings of {generator}.")
    if said.get("content_credentials"):
        told.append(f"{_credentials_words(said.get('credentials') or {})} They are not kept in our copy.")
    return told


def _credentials_words(checked: dict[str, Any]) -> str:
    by = "this studio" if checked.get("ours") else checked.get("signer") or checked.get("issuer") or "an unnamed signer"
    match checked.get("state"):
        case "valid":
            known = "" if checked.get("ours") else " Whether that is who it says was not checked."
            return f"It came with Content Credentials (C2PA): signed by {by}, unchanged since.{known}"
        case "broken":
            claimed = f"signed by {by}" if checked.get("ours") else f"signed in the name of {by}"
            return f"It came with broken Content Credentials (C2PA), {claimed}. {' '.join(checked['problems'])}"
    why = " ".join(checked.get("problems") or [])
    return f"It came with Content Credentials (C2PA), which were not checked. {why}".rstrip()


def camera_shown(asset: Asset) -> list[tuple[str, str]]:
    """What camera and author wrote, as a photographer would say it."""
    said = asset.facts.get("camera") or {}
    make, model = said.get("make", ""), said.get("model", "")
    named = model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
    taken = said.get("taken", "").replace("T", ", ")
    told = {"Camera": named, "Lens": said.get("lens"), "Exposure": _exposure(said), "Taken": taken}
    words = {name.capitalize(): said.get(name) for name in ("artist", "copyright", "description", "software")}
    return [(label, value) for label, value in {**told, **words}.items() if value]


def _exposure(said: dict[str, Any]) -> str:
    """1/250 s, f/2.8, ISO 400, 50 mm (75 mm in 35 mm film)."""
    parts = []
    if time := said.get("exposure_time"):
        above, below = time
        parts.append(f"1/{round(below / above)} s" if above * 3 < below else f"{round(above / below, 1):g} s")
    if aperture := said.get("f_number"):
        parts.append(f"f/{round(aperture[0] / aperture[1], 1):g}")
    if iso := said.get("iso"):
        parts.append(f"ISO {iso}")
    length, film = said.get("focal_length"), said.get("focal_length_35mm")
    alike = f"{film} mm in 35 mm film" if film else ""
    if length:
        shown = f"{round(length[0] / length[1], 1):g} mm"
        parts.append(f"{shown} ({alike})" if film and shown != f"{film} mm" else shown)
    elif alike:
        parts.append(alike)
    return ", ".join(parts)
