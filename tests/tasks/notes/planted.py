"""Models that summarise notes in words of their own, some with planted faults.

They know what a note states by the names of its assertions alone, not by the words that a detector
looks for. Which notes are hit is chosen by a hash, in exactly the planted share.
"""

import re
from collections.abc import Callable, Sequence
from hashlib import blake2b

from statera.records.samples import Sample

Say = Callable[[Sample], str]

NAMES = {
    "penicillin": ("penicillin", "PCN", "Penicillin", "penicillins"),
    "co-amoxiclav": ("co-amoxiclav", "Augmentin", "Co-Amoxiclav"),
    "co-trimoxazole": ("co-trimoxazole", "Septrin", "TMP-SMX"),
    "sulfonamides": ("sulfonamides", "sulfa drugs", "sulfa"),
    "aspirin": ("aspirin", "ASA"),
    "ibuprofen": ("ibuprofen", "Brufen"),
    "morphine": ("morphine", "morphine sulfate"),
    "iodinated contrast": ("iodinated contrast", "contrast medium", "X-ray dye", "contrast"),
    "chlorhexidine": ("chlorhexidine", "CHG"),
    "vancomycin": ("vancomycin", "vanc"),
    "ciprofloxacin": ("ciprofloxacin", "cipro"),
    "suxamethonium": ("suxamethonium", "succinylcholine", "sux"),
    "teicoplanin": ("teicoplanin", "teico"),
    "latex": ("latex", "natural rubber latex"),
    "peanut": ("peanut", "peanuts"),
    "bee venom": ("bee venom", "bee stings"),
    "doxycycline": ("doxycycline", "doxy"),
    "gentamicin": ("gentamicin", "gent"),
    "phenytoin": ("phenytoin", "Dilantin"),
    "implantable cardioverter-defibrillator": ("implantable defibrillator", "ICD"),
    "pacemaker": ("pacemaker", "PPM"),
    "cochlear implant": ("cochlear implant", "cochlear device"),
    "deep brain stimulator": ("deep brain stimulator", "DBS"),
    "intrathecal baclofen pump": ("intrathecal baclofen pump", "baclofen pump"),
    "ventriculoperitoneal shunt": ("VP shunt", "ventriculo-peritoneal shunt", "VPS"),
    "spinal cord stimulator": ("spinal cord stimulator", "SCS"),
    "vagus nerve stimulator": ("vagus nerve stimulator", "VNS"),
    "blood cultures": ("blood cultures", "BCx", "blood culture"),
    "troponin": ("troponin", "second trop"),
    "biopsy histology": ("histology", "the biopsy"),
    "CT of the head": ("CT head", "CT brain", "head CT"),
    "cerebrospinal fluid": ("CSF", "spinal fluid"),
    "serum potassium": ("repeat potassium", "K+", "potassium"),
    "sputum for acid-fast bacilli": ("sputum AFB", "acid-fast bacilli in sputum"),
    "MRI of the spine": ("MRI spine", "spinal MRI"),
    "apixaban": ("apixaban", "Eliquis"),
    "rivaroxaban": ("rivaroxaban", "Xarelto"),
    "enoxaparin": ("enoxaparin", "Clexane"),
    "warfarin": ("warfarin", "Warfarin"),
}  # fmt: skip

ALLERGIC = (
    "Allergic to {x}.",
    "{X} allergy.",
    "Allergies: {x}.",
    "NB documented {x} allergy.",
    "Known to be allergic to {x}, so keep clear of it.",
    "Has a history of allergy to {x}.",
    "Do not give {x}: severe allergic reaction in the past.",
    "The patient is {x}-allergic.",
    "Hypersensitivity to {x} on record.",
    "Important: anaphylaxis to {x} previously.",
)
NONE_KNOWN = (
    "NKDA.",
    "No known drug allergies.",
    "No known allergies.",
    "Denies drug allergies.",
    "Allergies: none.",
    "There are no recorded allergies.",
    "Nil known drug allergies.",
    "Not known to be allergic to anything.",
)
TAKES = (
    "On {x}.",
    "Takes {x}.",
    "Anticoagulated with {x}.",
    "Continues {x} long term.",
    "Meds include {x}.",
    "Anticoagulation: {x}.",
    "Is on regular {x}, last taken today.",
    "Bleeding risk: {x}.",
)
CARRIES = (
    "Has a {x}.",
    "{X} in situ.",
    "Implanted {x}.",
    "Device: {x}.",
    "Note {x} in place.",
    "Lives with a {x}.",
    "MRI caution, {x} fitted.",
)
WAITS = (
    "{X} pending.",
    "Awaiting {x}.",
    "{X} result outstanding.",
    "Please chase {x}.",
    "{X} not back yet.",
    "Still waiting for the {x} result.",
    "Outstanding: {x}.",
    "{X} to be followed up, result awaited.",
)
EXPECTS = (
    "{w} weeks pregnant.",
    "Pregnant, {w}/40.",
    "Pregnancy at {w} weeks.",
    "Gestation {w} weeks.",
    "An expectant mother at {w} weeks.",
    "Currently pregnant ({w} weeks).",
    "She is {w} weeks into her pregnancy.",
)
NO_CPR = (
    "DNACPR in place.",
    "DNR.",
    "Not for resuscitation.",
    "Do not resuscitate order signed.",
    "Resus status: DNAR.",
    "Not for CPR.",
    "The patient does not want CPR.",
    "CPR should not be attempted.",
)
STYLES = {
    "allergy": ALLERGIC,
    "none": NONE_KNOWN,
    "anticoagulant": TAKES,
    "device": CARRIES,
    "pending": WAITS,
    "pregnancy": EXPECTS,
    "resuscitation": NO_CPR,
}
GRAMMAR = ("{who} with {problem}.", "{problem} in {who}.", "{who}, seen for {problem}.")
CLOSING = ("Stable.", "Plan as in the note.", "No fever, eating well.", "Obs stable, denies pain.")


def share(sample: Sample, salt: str) -> float:
    """Return a number in [0, 1) that depends on the note alone."""
    digest = blake2b(f"{salt} {sample.input}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def one_of(texts: Sequence[str], sample: Sample, salt: str) -> str:
    return texts[int(share(sample, salt) * len(texts))]


def said(sample: Sample, assertion: dict[str, str], styles: dict[str, tuple[str, ...]]) -> str:
    """Return one assertion in other words, "" for what need not be said."""
    concept, kind = assertion["concept"], assertion["kind"]
    if assertion.get("state") == "absent":
        return one_of(styles["none"], sample, "none") if kind == "allergy" else ""
    thing = re.sub(r" allergy$| pending$|^takes |^pregnant, | weeks$", "", concept)
    name = one_of(NAMES.get(thing, (thing,)), sample, concept)
    style = one_of(styles[kind], sample, f"style {concept}")
    return style.format(x=name, X=name[0].upper() + name[1:], w=thing)


def summary(sample: Sample, *, drops: str = "", styles: dict[str, tuple[str, ...]] = STYLES) -> str:
    """Return a short summary of the note without what is of the kind `drops`."""
    asserted = sample.fields["assertions"]
    facts = [said(sample, one, styles) for one in asserted if one["kind"] != drops]
    who = "A patient" if share(sample, "who") < 0.5 else "Pt"
    opening = one_of(GRAMMAR, sample, "opening").format(who=who, problem=_problem(sample))
    return " ".join([opening[0].upper() + opening[1:], *filter(None, facts), _closing(sample)])


def _problem(sample: Sample) -> str:
    return one_of(("the problem below", "an acute illness", "the above"), sample, "problem")


def _closing(sample: Sample) -> str:
    return one_of(CLOSING, sample, "closing")


def omitting(samples: Sequence[Sample], part: float) -> tuple[Say, frozenset[str]]:
    """Return a model that drops the allergies of that share of the notes, and which notes.

    Notes on which silence about allergies is allowed are never chosen.
    """
    able = [
        s for s in samples
        if any(a["kind"] == "allergy" and a.get("silence") != "allowed"
               for a in s.fields["assertions"])
    ]  # fmt: skip
    ordered = sorted(able, key=lambda sample: share(sample, "chosen"))
    hit = frozenset(sample.id for sample in ordered[: round(part * len(samples))])

    def say(sample: Sample) -> str:
        return summary(sample, drops="allergy" if sample.id in hit else "")

    return say, hit
