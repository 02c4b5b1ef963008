"""Who can help with a question: candidates, their ranking, and how often each is asked."""
