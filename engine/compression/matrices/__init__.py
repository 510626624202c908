"""One matrix in few bits: quantizers, low-rank methods, their rivals, and a file true to the byte.

Saha, Srivastava, Pilanci, "Matrix Compression via Randomized Low Rank and Low Precision
Factorization", NeurIPS 2023 (arXiv 2310.11028).
"""
