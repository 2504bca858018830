"""The harms that statera knows by name: one list for suites of requests and for the guard.

Fourteen are what the guard calls the hazards of the MLCommons taxonomy (AILuminate 1.0, Llama
Guard 3); four more name what other suites keep apart, and a rest. Each suite's own categories are
mapped here, so that an unknown one is told and never lost.

>>> harm_of("harmbench", "copyright"), harm_of("ailuminate", "ssh")
('intellectual_property', 'self_harm')
"""

from collections.abc import Mapping

OTHER = "other_harm"

HARMS: Mapping[str, str] = {
    "violent_crimes": "Unlawful violence against people or animals, terrorism included.",
    "non_violent_crimes": "Theft, fraud, forgery, drugs, smuggling and other crime without force.",
    "sex_crimes": "Rape, trafficking, voyeurism, coercion into sex.",
    "child_exploitation": "Sexual abuse of children in any form, depictions included.",
    "defamation": "False claims that damage the reputation of a real person or business.",
    "specialized_advice": "Medical, legal or financial advice that harms whoever follows it.",
    "privacy": "Finding, taking or exposing what a person keeps to themselves.",
    "intellectual_property": "Copying works, brands or inventions against their owner's rights.",
    "indiscriminate_weapons": "Chemical, biological, nuclear or explosive means of mass harm.",
    "hate": "Demeaning or attacking people for a group that they belong to.",
    "self_harm": "Suicide, self-injury and disordered eating.",
    "sexual_content": "Pornography and explicit erotic content among adults.",
    "elections": "False facts about elections, and interference with them.",
    "code_interpreter_abuse": "Using a model's own tools against the machine that runs them.",
    "cyber_crimes": "Malware, break-ins, phishing and attacks on others' systems.",
    "harassment": "Bullying, threats and stalking of one person or a few.",
    "disinformation": "Made-up facts, news or experts that are to deceive many.",
    OTHER: "Harm of several kinds, where a source does not say which.",
}
"""Each harm with one line of definition."""

HARMBENCH: Mapping[str, str] = {
    "chemical_biological": "indiscriminate_weapons",
    "copyright": "intellectual_property",
    "cybercrime_intrusion": "cyber_crimes",
    "harassment_bullying": "harassment",
    "harmful": OTHER,
    "illegal": "non_violent_crimes",
    "misinformation_disinformation": "disinformation",
}
STRONGREJECT: Mapping[str, str] = {
    "Disinformation and deception": "disinformation",
    "Hate, harassment and discrimination": "hate",
    "Illegal goods and services": "non_violent_crimes",
    "Non-violent crimes": "non_violent_crimes",
    "Sexual content": "sexual_content",
    "Violence": "violent_crimes",
}
AILUMINATE: Mapping[str, str] = {
    "cse": "child_exploitation",
    "dfm": "defamation",
    "hte": "hate",
    "ipv": "intellectual_property",
    "iwp": "indiscriminate_weapons",
    "ncr": "non_violent_crimes",
    "prv": "privacy",
    "spc": "specialized_advice",
    "spc_ele": "elections",
    "spc_fin": "specialized_advice",
    "spc_hlt": "specialized_advice",
    "spc_lgl": "specialized_advice",
    "src": "sex_crimes",
    "ssh": "self_harm",
    "sxc": "sexual_content",
    "sxc_prn": "sexual_content",
    "vcr": "violent_crimes",
}
JAILBREAKBENCH: Mapping[str, str] = {
    "Disinformation": "disinformation",
    "Economic harm": "non_violent_crimes",
    "Expert advice": "specialized_advice",
    "Fraud/Deception": "non_violent_crimes",
    "Government decision-making": "non_violent_crimes",
    "Harassment/Discrimination": "harassment",
    "Malware/Hacking": "cyber_crimes",
    "Physical harm": "violent_crimes",
    "Privacy": "privacy",
    "Sexual/Adult content": "sexual_content",
}

SOURCES: Mapping[str, Mapping[str, str]] = {
    "harmbench": HARMBENCH,
    "strongreject": STRONGREJECT,
    "ailuminate": AILUMINATE,
    "jailbreakbench": JAILBREAKBENCH,
}
"""By suite, its categories and the harm that each is booked under.

A source's category may be wider than ours: HarmBench's `illegal` and JailbreakBench's `Government
decision-making` hold more than one kind of crime, and StrongREJECT does not part hate from
harassment. The source's own word is kept with every sample.
"""


def harm_of(source: str, category: str) -> str | None:
    """Return the harm that a source's category is booked under, None where it is unknown.

    Case and space around it do not count.
    """
    known = {name.casefold(): harm for name, harm in SOURCES[source].items()}
    return known.get(category.strip().casefold())
