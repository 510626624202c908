"""The window of Peerscope. It watches the engine; it never computes."""

import os

# Classes of Qt are otherwise completed when first touched, and pyqtgraph, imported in a thread,
# touches all of them while the window's thread does the same. Costs 90 ms, before any window.
os.environ.setdefault("PYSIDE6_OPTION_LAZY", "0")
