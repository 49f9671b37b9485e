"""The ways over which a message leaves: each sends one message once and says in a word why it could not."""
