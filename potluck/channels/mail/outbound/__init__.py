"""Mail out: the carrier, the job that sends, composing and merging messages, DKIM, SMTP, bounces, unsubscribing."""
