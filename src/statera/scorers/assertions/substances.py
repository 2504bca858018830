"""Names of common allergens: what is surely one when a text lists it, and what is no drug."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


DRUGS = _names("""
penicillin penicillins pcn amoxicillin augmentin co-amoxiclav flucloxacillin piperacillin
tazocin cephalexin cefalexin cefuroxime ceftriaxone cephalosporin cephalosporins sulfa sulpha
sulfonamide sulfonamides sulphonamides sulfamethoxazole trimethoprim co-trimoxazole bactrim
septrin erythromycin clarithromycin azithromycin macrolides doxycycline tetracycline
tetracyclines ciprofloxacin levofloxacin quinolones fluoroquinolones gentamicin vancomycin
metronidazole nitrofurantoin clindamycin aspirin asa ibuprofen naproxen diclofenac nsaid nsaids
codeine morphine tramadol oxycodone opioids opiates pethidine fentanyl paracetamol acetaminophen
heparin warfarin apixaban insulin lisinopril ramipril enalapril statins atorvastatin simvastatin
phenytoin carbamazepine lamotrigine allopurinol iodine contrast gadolinium chlorhexidine
lidocaine lignocaine suxamethonium rocuronium propofol ondansetron metoclopramide haloperidol
methotrexate omeprazole sumatriptan teicoplanin gelatin
""")
OTHERS = _names("""
latex rubber peanut peanuts nuts nut tree-nuts walnut walnuts hazelnut cashew almond almonds egg
eggs milk dairy soy soya wheat gluten fish shellfish shrimp prawn prawns kiwi banana strawberry
strawberries sesame pollen grass dust mite mites cat cats dog dogs bee wasp venom sting stings
nickel plaster plasters adhesive tape elastoplast mould mold
""")
KNOWN = DRUGS | OTHERS
