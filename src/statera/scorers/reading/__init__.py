"""From a reply to the answer in it: one file a kind, each a pure function text -> Reading.

One rule holds for all kinds. An explicit final form (a JSON field, a box, `[[B]]`, "Answer: X", a
last line that is only the answer) outranks a mention; the last explicit form wins; two different
answers inside the same final statement are unparsed. A mention counts only when it is unambiguous.

>>> from statera.scorers.reading import choice
>>> choice.read("A common mistake is B. The answer is (C).").value
'C'
"""
