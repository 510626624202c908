"""What is this file? Open it. Kinds are told by content, never by suffix alone."""
