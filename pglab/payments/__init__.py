"""Paying stipends in installments, each with two people's names on it, and the books that must balance.

Main words: *stipend*, *installment*, *payment request*, *approval*, *disbursement*, *journal entry*,
*vendor verification*. Not here: bank accounts and tax ids, which only the City's finance system holds.
"""
