"""What a message does once its sender is known: it becomes a post, runs a command, confirms or joins."""
