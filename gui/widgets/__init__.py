"""Parts that tabs share; each can be used alone (see examples/)."""
