"""Synthetic people, the lists that brokers make of them, and the claims that they file; the truth is kept apart.

Written apart from the matcher: nothing here is imported from `matching`, so that no rule of the engine is tested against its
own reflection. Same seed and size, same bytes. Domains end in `.example`, telephone numbers have the exchange 555.
"""
