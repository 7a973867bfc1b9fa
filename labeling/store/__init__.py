"""Rows of turns, corrections, reviews and models. Rows stay in here and in the services that move them."""
