"""The window of Peerscope. It watches the engine; it never computes."""
