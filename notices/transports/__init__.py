"""Ways out of the house: SMTP for real mail, a maildir for development, and nowhere for a dry run."""
