"""Drawing of clouds and surfaces."""
