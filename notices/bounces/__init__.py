"""What comes back: one returned message, or one provider event, read into a report.

`reader` is the door; it asks, in this order, `delivery_status` (RFC 3464), `feedback` (RFC 5965), `sns` (Amazon SES),
`prose` (bounces for people) and `automatic` (RFC 3834, RFC 8098). `classify` decides hard, soft or policy from the tables
`codes` (RFC 3463) and `vocabulary` (reply texts). `mime` splits hostile bytes; `mailboxes` finds messages in folders.
The inlets are `listener` (LMTP and SMTP) and `imap`.
"""
