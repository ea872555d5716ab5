"""What comes back: one returned message, or one provider event, read into a report and recorded for its notice.

`reader` is the door. It asks, in this order, `feedback` (RFC 5965), `delivery_status` (RFC 3464), `ses` (Amazon SES),
`automatic` (RFC 8098), `prose` (bounces for people, once `origin` says that a mail system wrote) and `automatic` again
(RFC 3834). `classify` decides hard, soft or policy from `codes` (RFC 3463) and `vocabulary` (the table `words.toml`). `mime`
splits hostile bytes; `mailboxes` finds messages in folders. The inlets are `listener` (LMTP and SMTP), `imap` and `sns`
(signed webhooks); `recording` writes into the ledger.
"""
