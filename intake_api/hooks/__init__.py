"""What mail providers post to us: `ses` (Amazon SES events by SNS)."""
