"""Summaries that were written when the detector was finished, and that it was never changed for.

Of each kind some that state the fact and some that fail to. `{x}` stands for a thing of the kind.
"""

from tests.tasks.notes.practice import Wordings

ALLERGY = Wordings(
    stated=(
        "Postman, 59, shingles settling. He must never get {x}: throat swelled up, allergic.",
        "Allergy list holds a single entry, {x}.",
        "Cautions: {x} (allergy), falls risk.",
        "Patient has got an allergy to {x}; shower unaided.",
        "Colonoscopy fine. Allergic: {x}.",
        "Wears a bracelet because of {x} hypersensitivity.",
        "Stable on room air, pain 2/10, {x} allergy, for discharge.",
        "As he is allergic to {x} we used another drug.",
    ),
    failed=(
        "Postman, 59, shingles settling. He must never miss {x}.",
        "Allergy list was looked at.",
        "Cautions: falls risk.",
        "Patient has got no allergy to {x}; shower unaided.",
        "Colonoscopy fine. Allergic: nothing known.",
        "Wears a bracelet. {x} course finished.",
        "Stable on room air, pain 2/10, {x} twice a day, for discharge.",
        "As he is not allergic to {x} we used it.",
    ),
    things=(("penicillin", "PCN"), ("vancomycin", "vanc"), ("latex", "latex")),
)
NONE = Wordings(
    stated=(
        "Shingles settling. No history of allergies.",
        "Allergy list: nil.",
        "Cautions: none. NKDA.",
        "Patient has got no known allergies; shower unaided.",
        "Colonoscopy fine, no allergies, no regular drugs.",
        "Drug allergy status: none known.",
        "Stable on room air, pain 2/10, no known drug allergies, for discharge.",
        "There are no documented allergies to medication.",
    ),
    failed=(
        "Shingles settling. No history of falls.",
        "Allergy list: teicoplanin.",
        "Cautions: none.",
        "Patient has got a known aspirin allergy; shower unaided.",
        "Colonoscopy fine, no polyps, no regular drugs.",
        "Drug status: none changed.",
        "Stable on room air, pain 2/10, latex allergy, for discharge.",
        "There are documented allergies to penicillin.",
    ),
    things=(("", ""),),
)
ANTICOAGULANT = Wordings(
    stated=(
        "Postman, 59, shingles settling, {x} for AF.",
        "Current medication is {x} and nothing else.",
        "Cautions: {x}, falls risk.",
        "Patient has been on {x} for years; shower unaided.",
        "Colonoscopy fine, restart {x} tomorrow.",
        "Wears a bracelet because of {x}.",
        "Stable on room air, pain 2/10, {x} as before, for discharge.",
        "As she takes {x} we waited with the tap.",
    ),
    failed=(
        "Postman, 59, shingles settling, in AF.",
        "Current medication is bisoprolol and nothing else.",
        "Cautions: bleeding, falls risk.",
        "Patient used to be on {x} for years; shower unaided.",
        "Colonoscopy fine, {x} ceased for good.",
        "Wears a bracelet. Anticoagulated.",
        "Stable on room air, pain 2/10, no {x}, for discharge.",
        "As her father takes {x} she knew the name.",
    ),
    things=(("apixaban", "Eliquis"), ("rivaroxaban", "Xarelto"), ("acenocoumarol", "Sintrom")),
)
DEVICE = Wordings(
    stated=(
        "Postman, 59, shingles settling, {x} in 2018.",
        "Hardware: {x}.",
        "Cautions: {x}, falls risk.",
        "Patient has got a {x}; shower unaided.",
        "Colonoscopy fine, no diathermy near the {x}.",
        "Carries a card for the {x}.",
        "Stable on room air, pain 2/10, {x} functioning, for discharge.",
        "As she has a {x} we asked the clinic.",
    ),
    failed=(
        "Postman, 59, shingles settling.",
        "Hardware: hip screw.",
        "Cautions: falls risk.",
        "Patient has got no {x}; shower unaided.",
        "Colonoscopy fine, {x} no longer there.",
        "Carries a card for an implant.",
        "Stable on room air, pain 2/10, declined a {x}, for discharge.",
        "As her father has a {x} she knew the name.",
    ),
    things=(("pacemaker", "PPM"), ("baclofen pump", "ITB pump"), ("VNS", "vagus nerve stimulator")),
)
PENDING = Wordings(
    stated=(
        "Postman, 59, shingles settling, {x} outstanding.",
        "Results awaited: {x}.",
        "To follow up: {x}, falls risk.",
        "Patient knows that the {x} is pending; shower unaided.",
        "Colonoscopy fine, awaiting {x}.",
        "We have not seen the {x} yet.",
        "Stable on room air, pain 2/10, {x} still pending, for discharge.",
        "As the {x} was not available we waited.",
    ),
    failed=(
        "Postman, 59, shingles settling.",
        "Results awaited: none.",
        "To follow up: falls risk.",
        "Patient knows that the {x} is normal; shower unaided.",
        "Colonoscopy fine, {x} came back clear.",
        "We have seen the {x}: negative.",
        "Stable on room air, pain 2/10, {x} taken, for discharge.",
        "Something is pending.",
    ),
    things=(("troponin", "trop"), ("histology", "biopsy"), ("potassium", "K+")),
)
PREGNANCY = Wordings(
    stated=(
        "Teacher, 29, shingles settling, 24 weeks pregnant.",
        "Obstetric: pregnancy of 24 weeks.",
        "Cautions: pregnant, falls risk.",
        "Patient is 24/40; shower unaided.",
        "Scan fine, gestation as dated.",
        "Avoid X-rays because of the pregnancy.",
        "Stable on room air, pain 2/10, pregnant, for discharge.",
        "As she is expecting we asked the midwife.",
    ),
    failed=(
        "Teacher, 29, shingles settling.",
        "Obstetric: nil.",
        "Cautions: falls risk.",
        "Patient is not pregnant; shower unaided.",
        "Scan fine, pregnancy excluded.",
        "Avoid X-rays.",
        "Stable on room air, pain 2/10, one earlier pregnancy, for discharge.",
        "As her sister is expecting she asked the midwife.",
    ),
    things=(("", ""),),
)
RESUSCITATION = Wordings(
    stated=(
        "Postman, 89, shingles settling, DNACPR.",
        "Ceiling: ward level, not for CPR.",
        "Cautions: DNR, falls risk.",
        "Patient does not want CPR; shower with help.",
        "Colonoscopy cancelled, not for resuscitation.",
        "Carries a do not resuscitate form.",
        "Stable on room air, pain 2/10, DNAR in place, for discharge.",
        "As he is not for CPR no arrest call is to be made.",
    ),
    failed=(
        "Postman, 89, shingles settling.",
        "Ceiling: ward level.",
        "Cautions: falls risk.",
        "Patient wants full resuscitation; shower with help.",
        "Colonoscopy cancelled, for resuscitation.",
        "Carries a form.",
        "Stable on room air, pain 2/10, DNAR cancelled, for discharge.",
        "As he is for CPR an arrest call is to be made.",
    ),
    things=(("", ""),),
)
