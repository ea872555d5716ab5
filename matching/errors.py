"""Every error of the matcher that a user can see, one class each; the message is the sentence that the user reads."""


class MatchingError(Exception):
    """Base of all errors of the matcher."""


class SchemaFaulty(MatchingError):
    """The schema file cannot be read or says something that cannot be meant; the message names file and key."""


class ColumnMissing(MatchingError):
    """The schema names a column that the table does not have; the message lists those that it has."""


class TableFaulty(MatchingError):
    """The table cannot be read or cannot be matched: it is empty, its ids repeat, or a column says the same in every row."""


class ModelFaulty(MatchingError):
    """A saved model cannot be read, or belongs to another schema or version."""


class LabelsFaulty(MatchingError):
    """The labels of an evaluation cannot be read or name rows that are not there."""
