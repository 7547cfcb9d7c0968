"""The official call of a cohort: its dates, questions, documents, rubric and installments, frozen when published.

Main words: *RFP*, *phase* (computed from its dates and stamps), *criterion* with *weight* and *anchors*,
*document slot*, *installment template*, *version* (a frozen snapshot). Not here: the proposals that answer it.
"""
