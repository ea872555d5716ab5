"""Every error that a user can see, one line per class; the edges turn them into a page or an exit code."""


class RedressError(Exception):
    """Base of all errors whose message is the sentence that the user sees."""
