"""Pages of questions: the board of open questions, a question's panel, acts on it."""
