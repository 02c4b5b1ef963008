"""What answers a question: scoring, passages, open questions in memory, the classifier and its training."""
