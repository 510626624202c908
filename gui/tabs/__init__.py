"""One room per tab."""
