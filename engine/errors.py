"""Errors whose message is one sentence for a person.

Everything that can go wrong because of what a person gave or asked for is a `PeerscopeError`.
The window shows its message as a note and the command line prints it as a single line; neither
shows a traceback. Anything else that is raised is a fault of ours.
"""


class PeerscopeError(Exception):
    """Something a person can mend; the message says what is wrong and what to do."""

    exit_code = 2

    @property
    def sentence(self) -> str:
        """The message on a single line."""
        return " ".join(str(self).split())


class BadInput(PeerscopeError):
    """A file or folder cannot be used."""


class BadParams(PeerscopeError):
    """A parameter has a value that the experiment does not take."""


class MissingExtra(PeerscopeError):
    """An optional package is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional package: pip install 'peerscope[{extra}]'.")
        self.extra = extra


class Cancelled(Exception):
    """The person who started this work asked to end it. Not an error."""

    exit_code = 130
