"""The tables as SQLAlchemy classes, one module per subject: `base`, `cases`, `people`, `claims`, `mail`, `staff`, `audit`."""
