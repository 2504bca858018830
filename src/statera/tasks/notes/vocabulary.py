"""The things that notes are about, with the words that name each: what assertions look for.

The first word is the one that a careful writer uses, the second what a hurried one scribbles.
"""

from typing import NamedTuple


class Thing(NamedTuple):
    """Something that a patient has, takes, or waits for; `detail` is what a note adds to it."""

    words: tuple[str, ...]
    detail: str = ""

    @property
    def full(self) -> str:
        """The word of a careful writer."""
        return self.words[0]

    @property
    def short(self) -> str:
        """The word of a hurried one."""
        return self.words[min(1, len(self.words) - 1)]


def _things(rows: str) -> tuple[Thing, ...]:
    found = []
    for row in rows.strip().splitlines():
        words, _, detail = row.partition("|")
        found.append(Thing(tuple(word.strip() for word in words.split(",")), detail.strip()))
    return tuple(found)


ALLERGENS = _things("""
penicillin, PCN, penicilin, pen|anaphylaxis
co-amoxiclav, Augmentin, amoxicillin-clavulanate, amoxiclav|facial swelling
co-trimoxazole, Septrin, Bactrim, trimethoprim-sulfamethoxazole, TMP-SMX|blistering rash
sulfonamides, sulfa, sulpha, sulphonamides, sulfa drug, sulfa antibiotic|widespread rash
aspirin, ASA, acetylsalicylic acid|bronchospasm
ibuprofen, Nurofen, Brufen|angioedema
morphine, MST, morphine sulfate, morphine sulphate|hives
iodinated contrast, contrast, contrast medium, contrast media, contrast dye, X-ray dye|anaphylaxis
chlorhexidine, CHG, chlorhex|anaphylaxis
vancomycin, vanc, vanco|generalised rash
ciprofloxacin, cipro, Ciproxin|hives
clarithromycin, Klaricid, clari|urticaria
erythromycin, Erythrocin, EES|urticaria
cefuroxime, Zinacef, cefuroxim|anaphylaxis
gentamicin, gent, gentamycin|rash
trimethoprim, TMP, Trimopan|rash
phenytoin, Dilantin, Epanutin|Stevens-Johnson syndrome
suxamethonium, sux, succinylcholine, scoline|anaphylaxis
teicoplanin, teico, Targocid|anaphylaxis
doxycycline, doxy, Vibramycin|facial swelling
latex, natural rubber, rubber latex|hives
peanut, groundnut, peanut protein|anaphylaxis
bee venom, bee sting, bee, honeybee venom|collapse
""")

ANTICOAGULANTS = _things("""
apixaban, Eliquis|atrial fibrillation
warfarin, Coumadin|a mechanical mitral valve
rivaroxaban, Xarelto|deep vein thrombosis in March
edoxaban, Lixiana, Savaysa|atrial fibrillation
dabigatran, Pradaxa|atrial fibrillation
enoxaparin, Clexane, Lovenox|pulmonary embolism six weeks ago
acenocoumarol, Sintrom, Sinthrome|antiphospholipid syndrome
""")
ANTICOAGULATED = (
    "anticoagulant", "anticoagulated", "anticoagulation", "blood thinner", "DOAC", "NOAC", "LMWH",
)  # fmt: skip

DNR = Thing((
    "do not attempt resuscitation", "DNACPR", "DNAR", "DNR", "do not resuscitate",
    "do not attempt CPR", "do not attempt cardiopulmonary resuscitation", "not for resuscitation",
    "not for CPR", "not for cardiopulmonary resuscitation", "not for attempted resuscitation",
    "not for full resuscitation", "no CPR", "no resuscitation", "not to be resuscitated",
    "not be resuscitated", "allow natural death", "declines CPR", "declined CPR",
    "does not want CPR", "CPR should not be attempted", "CPR is not to be attempted",
    "resuscitation should not be attempted", "resuscitation is not to be attempted", "no-CPR",
    "without CPR", "do not start CPR", "no attempt at resuscitation", "not for resus",
    "CPR not appropriate", "CPR is not appropriate", "CPR would not be appropriate",
))  # fmt: skip
FULL_CODE = (
    "full code", "for full resuscitation", "for resuscitation", "for CPR", "full resuscitation",
    "full escalation",
)  # fmt: skip
CODE_STATUS = ("code status", "resuscitation status", "escalation plan", "ceiling of care", "TEP")

PREGNANT = (
    "pregnant", "pregnancy", "gravid", "gestation", "gestational age", "expecting", "expectant",
    "trimester", "primigravida", "weeks gravid", "gravida",
)  # fmt: skip
NOT_PREGNANT = ("negative pregnancy test", "pregnancy excluded", "post-menopausal")
MATERNITY = ("antenatal", "obstetric", "maternity", "midwife", "fetal", "baby")

DEVICES = _things("""
pacemaker, PPM, pacing system, pacing device|dual chamber, 2019
implantable cardioverter-defibrillator, ICD, AICD, defibrillator, implantable defibrillator|2021
cochlear implant, cochlear device, cochlear prosthesis|left ear, 2016
deep brain stimulator, DBS, deep brain stimulation system, brain stimulator|both sides, 2020
intrathecal baclofen pump, ITB pump, baclofen pump, intrathecal pump|refilled in May
ventriculoperitoneal shunt, VP shunt, VPS, shunt|programmable valve
spinal cord stimulator, SCS, cord stimulator|thoracic leads, 2018
vagus nerve stimulator, VNS, vagal nerve stimulator, vagal stimulator|left chest
""")
SOME_DEVICE = ("implanted device", "implant", "cardiac device", "device in situ", "stimulator")

PENDING = _things("""
blood cultures, BCx, blood culture, blood cx, cultures of blood, cultures of the blood|two sets
troponin, trop, troponin T, hs-trop|six-hour sample
biopsy histology, histo, histology, histopathology, biopsy, pathology|sent on Friday
CT of the head, CT head, head CT, CT brain, brain CT, CT scan of the head|done an hour ago
cerebrospinal fluid, CSF, spinal fluid, lumbar puncture, LP|sent this morning
serum potassium, K+, potassium, repeat potassium|repeat after treatment
sputum for acid-fast bacilli, AFB, acid-fast bacilli, TB culture, sputum smear|three samples
MRI of the spine, MRI spine, spine MRI, spinal MRI, MR spine, MRI scan of the spine|done overnight
""")
SOME_RESULT = ("pending results", "results pending", "outstanding results", "awaiting results")

INTOLERANCES = (
    ("codeine", "constipation"), ("tramadol", "nausea"), ("ramipril", "dry cough"),
    ("simvastatin", "muscle aches"), ("oxybutynin", "dry mouth"), ("doxazosin", "dizzy spells"),
)  # fmt: skip
TOLERATED = ("cefalexin", "nitrofurantoin", "metronidazole", "amoxicillin", "flucloxacillin")
