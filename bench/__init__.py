"""`python -m bench`: what an answer costs, what starting costs, and what ranking costs beside rank_bm25."""
