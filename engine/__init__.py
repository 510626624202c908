"""The engine of Peerscope: experiments, data and figures. It knows nothing of Qt."""
