"""Every error that a user can see, one line per class; the edges turn them into a page or an exit code."""


class RedressError(Exception):
    """Base of all errors whose message is the sentence that the user sees."""


class DatabaseUnavailable(RedressError):
    """The database cannot be reached or was stopped in the middle; nothing of the transaction was kept."""


class SchemaOutdated(RedressError):
    """The database's tables are older or newer than this version of Redress."""


class NotFound(RedressError):
    """What was asked for does not exist in this case."""


class NotAllowed(RedressError):
    """The person's role on the case does not allow it."""


class TransitionRefused(RedressError):
    """The state machine does not allow this step."""


class ListRefused(RedressError):
    """A list that cannot be read, or not safely; nothing of it was stored."""


class ListOfAnotherCase(ListRefused):
    """A list whose docket number is not this case's; nothing of it was stored."""


class DiskFull(RedressError):
    """There is no room for what should be stored; nothing of it was."""


class CaseFolderFaulty(RedressError):
    """The case folder contradicts itself or the calendar; every fault is listed with its file and line."""


class TemplateFaults(RedressError):
    """A notice template cannot be used; the message lists every fault with its file and line."""


class StaffRefused(RedressError):
    """A member of staff cannot be added or changed as asked; the message says which rule."""


class DecidedMeanwhile(TransitionRefused):
    """Somebody else ruled on the claim after the page was shown; nothing was saved."""


class DecisionRefused(RedressError):
    """A decision that lacks its reason, or that does not fit the claim as it stands."""


class ForeignRequest(RedressError):
    """A form that another site sent with a visitor's browser."""


class FormExpired(RedressError):
    """A form without the token of its visitor: open for too long, or cookies are off."""


class TooLarge(RedressError):
    """More was sent than the page takes."""


class TooManyTries(RedressError):
    """The limit of tries within a time was reached; waiting helps."""


class CaseSlugTaken(RedressError):
    """Another case stands under the folder's slug; nothing was changed."""


class CampaignRefused(RedressError):
    """A campaign cannot be planned or sent as it is."""


class ApprovalRefused(RedressError):
    """A person's approval does not count, and why."""


class DraftGone(RedressError):
    """A claim draft that expired or never was."""


class ClaimFiled(RedressError):
    """A draft whose claim was filed already; its receipt is what there is to see."""


class PortTaken(RedressError):
    """The site cannot listen where it should: something else does, or it may not."""


class SigningKeyFaulty(RedressError):
    """The key that signs our mail cannot be used."""


class SesUnavailable(RedressError):
    """Amazon SES cannot be used here: its library or its region is missing."""


class AddressRefused(RedressError):
    """An e-mail address to which nothing can be sent."""


class CaseOutdated(RedressError):
    """The case was opened by another version, whose facts this one cannot read; opening its folder again mends it."""
